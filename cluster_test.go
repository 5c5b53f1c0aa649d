package sagefly_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/testenv"
)

func clusterOf(t *testing.T, d container.Document) sagefly.Cluster {
	t.Helper()
	var c []sagefly.Cluster
	if err := json.Unmarshal([]byte(d.Values["cluster"]), &c); err != nil || len(c) != 1 {
		t.Fatalf("%v: %v", d.Values, err)
	}
	return c[0]
}

func TestClusterOfTwoGroups(t *testing.T) {
	t.Parallel()
	h := newHost(t, "who-all", nil)
	h.Resource = container.Resource{
		CurrentHost: "algo-10", InstanceType: "ml.c5.xlarge", Group: "workers", Hosts: []string{"algo-1", "algo-2", "algo-10"}, NetworkInterface: "eth1",
		Groups: []container.Group{
			{Name: "chief", InstanceType: "ml.g5.xlarge", Hosts: []string{"algo-1"}},
			{Name: "workers", InstanceType: "ml.c5.xlarge", Hosts: []string{"algo-2", "algo-10"}},
		},
	}
	h.env = append(h.env, "SAGEFLY_HOSTS=algo-1=127.64.0.17,algo-2=127.64.0.18,broken,algo-10=127.64.0.19")
	d := h.run(t).captured(t)
	want := sagefly.Cluster{
		Hosts: []string{"algo-1", "algo-10", "algo-2"}, Current: "algo-10", Rank: 1, Size: 3, Interface: "eth1",
		Groups: []sagefly.Group{
			{Name: "chief", InstanceType: "ml.g5.xlarge", Hosts: []string{"algo-1"}},
			{Name: "workers", InstanceType: "ml.c5.xlarge", Hosts: []string{"algo-2", "algo-10"}},
		},
		Addresses: map[string]string{"algo-1": "127.64.0.17", "algo-2": "127.64.0.18", "algo-10": "127.64.0.19"},
	}
	if diff := cmp.Diff(want, clusterOf(t, d)); diff != "" {
		t.Errorf("cluster (-want +got):\n%s", diff)
	}
	if d.Values["first"] != "127.64.0.17" {
		t.Errorf("address of rank 0 is %q", d.Values["first"])
	}
}

func TestClusterOutsideOfJobs(t *testing.T) {
	t.Parallel()
	c := sagefly.ClusterFrom(t.Context())
	if c.Rank != 0 || c.Size != 1 || c.Current != "algo-1" || !slices.Equal(c.Hosts, []string{"algo-1"}) || c.Address(0) != "algo-1" || c.Address(1) != "" {
		t.Errorf("%+v, address %q", c, c.Address(0))
	}
	if !sagefly.RankZero(c) || !sagefly.OnHost("algo-1")(c) || sagefly.OnHost("algo-2")(c) {
		t.Error("predicates")
	}
}

// hostsOf makes the hosts of one job.
func hostsOf(t *testing.T, task string, names ...string) []*host {
	t.Helper()
	var list []*host
	for _, name := range names {
		h := newHost(t, task, nil)
		h.Resource = container.Resource{CurrentHost: name, Hosts: names}
		list = append(list, h)
	}
	return list
}

// Without a launcher every host runs the function, and the predicate says whose values stay.
func TestPredicateOverHosts(t *testing.T) {
	t.Parallel()
	for task, want := range map[string][]string{
		"who":        {"algo-1-0.json"},
		"who-second": {"algo-2-1.json"},
		"who-all":    {"algo-1-0.json", "algo-2-1.json"},
	} {
		t.Run(task, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, h := range hostsOf(t, task, "algo-1", "algo-2") {
				h.env = append(h.env, "SM_CURRENT_HOST=algo-1") // mpirun copies it; it must not count
				r := h.run(t)
				if r.code != 0 {
					t.Fatal(r.stderr)
				}
				for name := range r.documents {
					got = append(got, name)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

// torchrun's variables: two processes on each of two hosts.
func TestPredicateUnderTorchrun(t *testing.T) {
	t.Parallel()
	for task, want := range map[string][]string{"who": {"algo-1-0.json"}, "who-second": {"algo-2-2.json"}} {
		t.Run(task, func(t *testing.T) {
			t.Parallel()
			var got []string
			for node, h := range hostsOf(t, task, "algo-1", "algo-2") {
				plain := slices.Clip(h.env)
				var r result
				for local := range 2 {
					h.env = append(plain, fmt.Sprintf("RANK=%d", 2*node+local), "WORLD_SIZE=4", fmt.Sprintf("LOCAL_RANK=%d", local))
					r = h.run(t)
				}
				for name := range r.documents {
					got = append(got, name)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

// mpirun starts the host's program in so many processes.
func (h *host) mpirun(t *testing.T, processes int) result {
	t.Helper()
	mpirun, err := exec.LookPath("mpirun")
	testenv.Require(t, err == nil, "mpirun", "apt-get install openmpi-bin")
	cmd := h.command(t)
	args := []string{"--allow-run-as-root", "--oversubscribe", "-np", fmt.Sprint(processes)}
	for _, pair := range h.env {
		name, _, _ := strings.Cut(pair, "=")
		args = append(args, "-x", name)
	}
	cmd.Path, cmd.Args = mpirun, append(append([]string{mpirun}, args...), cmd.Path)
	cmd.Env = append(cmd.Env, "HOME="+t.TempDir(), "OMPI_MCA_btl=self,vader,tcp", "OMPI_MCA_plm_rsh_agent=/bin/false")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return h.result(t, cmd, stdout.String(), stderr.String())
}

// Four processes under a real mpirun on one host: rank 0 alone is captured, once.
func TestPredicateUnderMPI(t *testing.T) {
	t.Parallel()
	h := newHost(t, "who", nil)
	r := h.mpirun(t, 4)
	c := clusterOf(t, r.captured(t))
	if c.Rank != 0 || c.Size != 4 || c.LocalRank != 0 {
		t.Errorf("captured %+v, want rank 0 of 4", c)
	}
	if n := strings.Count(r.stderr, "the persist predicate does not hold here"); n != 3 {
		t.Errorf("%d other processes ran to their end, want 3:\n%s", n, r.stderr)
	}
}

// OnHost names a host, of which the first process counts.
func TestPredicateOnHostUnderMPI(t *testing.T) {
	t.Parallel()
	h := newHost(t, "who-second", nil)
	h.Resource = container.Resource{CurrentHost: "algo-2", Hosts: []string{"algo-1", "algo-2"}}
	if c := clusterOf(t, h.mpirun(t, 4).captured(t)); c.Current != "algo-2" || c.LocalRank != 0 {
		t.Errorf("captured %+v", c)
	}
}

// Two processes whose predicate holds leave two documents, and who reads them sees both.
func TestTwoCapturesUnderMPI(t *testing.T) {
	t.Parallel()
	h := newHost(t, "who-all", nil)
	r := h.mpirun(t, 2)
	documents, err := container.ReadDocuments(archiveOf(t, h.layout.OutputData()))
	if r.code != 0 || err != nil || len(documents) != 2 || documents[0].Rank == documents[1].Rank {
		t.Errorf("exit code %d, %v, %v", r.code, documents, err)
	}
}

// A rank that is not 0 fails: mpirun ends the others and the job, and the reason is that rank's.
func TestFailureUnderMPI(t *testing.T) {
	t.Parallel()
	h := newHost(t, "who", map[string]string{"fail": "3"})
	r := h.mpirun(t, 4)
	if r.code == 0 || r.failure != "UserError: rank 3 does not want to" {
		t.Errorf("exit code %d, failure %q", r.code, r.failure)
	}
}

// In a job of several hosts a failure text says whose it is, because AWS does not.
func TestFailureNamesTheHost(t *testing.T) {
	t.Parallel()
	h := hostsOf(t, "who", "algo-1", "algo-2")[1]
	h.Hyperparameters = map[string]string{"fail": "1"}
	r := h.run(t)
	if want := "UserError: algo-2: rank 1 does not want to"; r.code != 1 || r.failure != want {
		t.Errorf("exit code %d, failure %q, want %q", r.code, r.failure, want)
	}
	ended := []container.EndedHost{{Host: "algo-2", Text: r.failure, ExitCode: r.code}}
	want := []container.HostFailure{{Host: "algo-2", Class: "UserError", Message: "rank 1 does not want to", ExitCode: 1}}
	for _, reason := range []string{container.FormatReason(ended, 2), "AlgorithmError: " + r.failure + ", exit code: 1"} {
		if diff := cmp.Diff(want, container.ParseReason(reason, 2)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", reason, diff)
		}
	}
}

// archiveOf packs a folder as the platform does.
func archiveOf(t *testing.T, dir string) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := errors.Join(w.AddFS(os.DirFS(dir)), w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return &b
}
