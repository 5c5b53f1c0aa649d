//go:build !sagefly_task

package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/nearest"
)

func newAlgorithms(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "algorithms [NAME[:VERSION] [HYPERPARAMETER]]",
		Short:   "Show the built-in algorithms and their hyperparameters",
		Example: "  sagefly algorithms xgboost\n  sagefly algorithms xgboost:1.7-1 eta",
		Args:    args(0, 2, ""),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listAlgorithms()
			}
			return a.showAlgorithm(args)
		},
		ValidArgsFunction: completeAlgorithms,
	}
}

func (a *app) listAlgorithms() error {
	var all []algorithm.Algorithm
	rows := [][]string{{"NAME", "VERSIONS", ""}}
	for _, name := range algorithm.Names() {
		found, _ := algorithm.Lookup(name)
		all = append(all, found)
		rows = append(rows, []string{name, strings.Join(trainable(found), ", "), found.Summary})
	}
	if a.json {
		return a.screen.object(all)
	}
	for _, line := range table(rows) {
		a.screen.print("%s", clip(line, a.screen.cut))
	}
	a.screen.note("hyperparameters, metrics, channels:  sagefly algorithms NAME")
	return nil
}

// showAlgorithm also shows versions that cannot be trained here: they are worth reading about.
func (a *app) showAlgorithm(args []string) error {
	name, tag, _ := strings.Cut(args[0], ":")
	found, ok := algorithm.Lookup(name)
	if !ok {
		_, err := findVersion(args[0])
		return err
	}
	v, err := found.Version(tag)
	if err != nil {
		_, err := findVersion(args[0])
		return err
	}
	if len(args) == 2 {
		return a.showHyperparameter(v, args[1])
	}
	if a.json {
		return a.screen.object(v)
	}
	a.screen.print("%s %s · %s %s", a.screen.paint.bold(found.Title), v.Tag, v.Library, v.LibraryVersion)
	a.screen.print("%s", found.Summary)
	if v.Note != "" {
		a.screen.print("%s", v.Note)
	}
	a.screen.print("versions: %s", strings.Join(trainable(found), ", "))
	a.section("channels", channelRows(v))
	a.section("hyperparameters", hyperparameterTable(v))
	a.section("metrics", metricRows(v))
	return nil
}

func channelRows(v algorithm.Version) [][]string {
	var rows [][]string
	for _, c := range v.Channels {
		need := "optional"
		if c.Required {
			need = "required"
		}
		rows = append(rows, []string{c.Name, need, c.Description})
	}
	if types := v.ContentTypes(); len(types) > 0 {
		rows = append(rows, []string{"", "types", strings.Join(types, ", ")})
	}
	return rows
}

func hyperparameterTable(v algorithm.Version) [][]string {
	rows := [][]string{{"NAME", "TYPE", "ACCEPTS", "USUAL", "DEFAULT"}}
	for _, h := range v.Hyperparameters {
		if h.Hidden {
			continue
		}
		def := h.Default
		if h.Required {
			def = "required"
		}
		rows = append(rows, []string{h.Name, string(h.Type), clip(h.Range.Text, 40), usual(h), def})
	}
	return rows
}

// usual is the range that AWS suggests for tuning.
func usual(h algorithm.Hyperparameter) string {
	if h.Recommended == nil {
		return ""
	}
	text := trim(h.Recommended.Min) + " … " + trim(h.Recommended.Max)
	if h.Recommended.Scale == "Logarithmic" {
		text += " log"
	}
	return text
}

func metricRows(v algorithm.Version) [][]string {
	var down, up []string
	for _, m := range v.Metrics {
		if m.Direction == "Maximize" {
			up = append(up, m.Name)
		} else {
			down = append(down, m.Name)
		}
	}
	var rows [][]string
	for _, part := range []struct {
		name string
		list []string
	}{{"lower is better", down}, {"higher is better", up}} {
		for i, line := range wrap(part.list, 80) {
			rows = append(rows, []string{choose(i == 0, part.name, ""), line})
		}
	}
	return rows
}

// wrap joins words with commas to lines of at most width characters.
func wrap(words []string, width int) []string {
	var lines []string
	line := ""
	for i, w := range words {
		if i < len(words)-1 {
			w += ","
		}
		if line != "" && len(line)+1+len(w) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func (a *app) showHyperparameter(v algorithm.Version, name string) error {
	h, ok := v.Hyperparameter(name)
	if !ok {
		p := usage(fmt.Sprintf("unknown hyperparameter %q", name), fmt.Sprintf("%s %s has none of this name", v.Algorithm, v.Tag))
		for _, near := range nearest.Words(name, hyperparameterNames(v)) {
			p.Fix = append(p.Fix, fmt.Sprintf("sagefly algorithms %s %s", v.Algorithm, near))
		}
		p.Fix = append(p.Fix, "all of them:  sagefly algorithms "+v.Algorithm)
		return p
	}
	if a.json {
		return a.screen.object(h)
	}
	a.screen.print("%s · %s %s", a.screen.paint.bold(h.Name), v.Algorithm, v.Tag)
	a.screen.print("%s", h.Description)
	var rows [][]string
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{name, value})
		}
	}
	add("type", string(h.Type))
	add("accepts", h.Range.Text)
	add("usual", usual(h))
	add("default", h.Default)
	add("also", strings.Join(h.Aliases, ", "))
	if len(h.DependsOn) > 0 {
		add("depends on", strings.Join(h.DependsOn, ", ")+": "+h.Dependency)
	}
	a.section("", rows)
	a.screen.note("")
	a.screen.note("set it:  sagefly train %s --train PATH --set %s=VALUE", v.Algorithm, h.Name)
	return nil
}
