//go:build !sagefly_task

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/version"
)

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check what this machine has for training",
		Args:  args(0, 0, ""),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context()) },
	}
}

// finding is one thing that doctor looked at.
type finding struct {
	Name  string
	State string // ok, note or missing
	Text  string
	Fix   string `json:",omitempty"`
}

func (a *app) doctor(ctx context.Context) error {
	found := []finding{{Name: "sagefly", State: "ok", Text: version.Version}}
	found = append(found, a.checkEngine(ctx)...)
	found = append(found, a.checkLibraries(ctx)...)
	found = append(found, a.checkPython(), a.checkKeys())
	found = append(found, finding{
		Name: "roles", State: "note",
		Text: "any well-formed role ARN is accepted here; AWS would check that the role exists and trusts SageMaker",
	})
	bad := 0
	for _, f := range found {
		if f.State == "missing" {
			bad++
		}
	}
	if a.json {
		if err := a.screen.object(found); err != nil {
			return err
		}
	} else {
		a.printFindings(found)
	}
	if bad > 0 {
		return exit(exitError)
	}
	return nil
}

func (a *app) printFindings(found []finding) {
	p := a.screen.paint
	marks := map[string]string{"ok": p.green("✓"), "note": p.yellow("·"), "missing": p.red("✗")}
	var rows [][]string
	for _, f := range found {
		rows = append(rows, []string{marks[f.State], f.Name, f.Text})
		if f.Fix != "" {
			rows = append(rows, []string{"", "", "fix  " + f.Fix})
		}
	}
	for _, line := range table(rows) {
		a.screen.print("%s", line)
	}
}

// checkEngine opens or finds the target and asks it how it is.
func (a *app) checkEngine(ctx context.Context) []finding {
	t, err := a.target(ctx)
	if err != nil {
		ps, _ := explain(err)
		return []finding{{Name: "engine", State: "missing", Text: ps.Error()}}
	}
	defer t.close()
	health, err := t.health(ctx)
	if err != nil {
		return []finding{{Name: "target", State: "note", Text: t.name + " says nothing about itself: " + err.Error()}}
	}
	found := []finding{{Name: "engine", State: "ok", Text: fmt.Sprintf("%s, %s", t.name, choose(t.owner, "started for this check", fmt.Sprintf("process %d", health.PID)))}}
	if info, err := os.Stat(health.Data); err == nil {
		found = append(found, finding{Name: "data", State: "ok", Text: fmt.Sprintf("%s (mode %04o)", health.Data, info.Mode().Perm())})
	}
	jobs := finding{Name: "jobs run", State: "ok", Text: "as processes of this machine, with /opt/ml and host names of their own"}
	if health.Mode == "base-directory" {
		jobs.State = "note"
		jobs.Text = "as processes that find their folder in SAGEMAKER_BASE_DIR: this system gives no user and mount namespaces, so /opt/ml is not there"
	}
	helper := finding{Name: "helper", State: "ok", Text: health.Helper}
	if health.Helper == "" {
		helper.State, helper.Text = "note", "sagefly itself stands by jobs: no sagefly-host of its very version, with which each begins some 70 ms sooner"
		helper.Fix = "go install github.com/sagefly/sagefly/cmd/...@latest"
	}
	return append(found, jobs, helper)
}

// health is what an engine says of itself.
type health struct {
	PID        int    `json:"pid"`
	Data       string `json:"data"`
	Mode       string `json:"mode"`
	Helper     string `json:"helper"` // sagefly-host's path; "" = the engine's own program does its work
	Unfinished int    `json:"unfinished"`
}

func (t *target) health(ctx context.Context) (health, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var h health
	if t.amazon {
		return h, errors.New("AWS has no such question")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, *t.aws.BaseEndpoint+"/_/health", nil)
	if err != nil {
		return h, err
	}
	client := t.aws.HTTPClient
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return h, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return h, fmt.Errorf("HTTP status %d", res.StatusCode)
	}
	return h, json.NewDecoder(res.Body).Decode(&h)
}

// checkLibraries looks for the library of every version that can be trained. The default one is a must.
func (a *app) checkLibraries(ctx context.Context) []finding {
	xgb, _ := algorithm.Lookup("xgboost")
	var found []finding
	for _, v := range slices.Backward(xgb.Versions) {
		if v.Trainable {
			found = append(found, a.libraryFinding(ctx, v, v.Tag == xgb.DefaultTag))
		}
	}
	return found
}

// checkPython looks for the interpreter whose pip fetches libraries.
func (a *app) checkPython() finding {
	path, err := exec.LookPath("python3")
	if err != nil {
		return finding{Name: "python3", State: "note", Text: "not in PATH; it is needed to fetch libraries, not to train"}
	}
	return finding{Name: "python3", State: "ok", Text: path + ", for fetching libraries"}
}

func (a *app) checkKeys() finding {
	if a.io.Env("AWS_ENDPOINT_URL") != "" {
		return finding{
			Name: "aws", State: "note", Text: "AWS_ENDPOINT_URL is set: it redirects services that this engine does not have",
			Fix: `unset AWS_ENDPOINT_URL; eval "$(sagefly env)"`,
		}
	}
	if a.io.Env(changedName) != "" {
		return finding{Name: "aws", State: "ok", Text: "AWS clients of this shell use " + a.io.Env("AWS_ENDPOINT_URL_SAGEMAKER")}
	}
	return finding{Name: "aws", State: "note", Text: "AWS clients of this shell do not use the engine", Fix: `eval "$(sagefly env)"`}
}
