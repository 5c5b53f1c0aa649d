//go:build !sagefly_task

package cli

import (
	"slices"
	"strings"
)

// Names by which an environment remembers what env changed.
const (
	changedName = "SAGEFLY_ENV"        // the names of the variables that were set
	savedPrefix = "SAGEFLY_ENV_SAVED_" // and what they were before
)

// saved adds to a list of changes what it takes to undo them. Variables that an earlier env set keep the value from
// before that one.
func (a *app) saved(list []variable) []variable {
	names := strings.Fields(a.io.Env(changedName))
	earlier := slices.Clone(names)
	var undo []variable
	for _, v := range list {
		if slices.Contains(earlier, v.name) {
			continue
		}
		names = append(names, v.name)
		if old := a.io.Env(v.name); old != "" {
			undo = append(undo, variable{savedPrefix + v.name, &old})
		}
	}
	return slices.Concat(list, undo, []variable{{changedName, new(strings.Join(names, " "))}})
}

// restored undoes every change of saved.
func (a *app) restored() []variable {
	var list []variable
	for _, name := range strings.Fields(a.io.Env(changedName)) {
		old := a.io.Env(savedPrefix + name)
		if old == "" {
			list = append(list, variable{name, nil})
			continue
		}
		list = append(list, variable{name, &old}, variable{savedPrefix + name, nil})
	}
	return append(list, variable{changedName, nil})
}

func (a *app) printEnv(list []variable, format string) error {
	if format == "json" {
		tree := map[string]*string{}
		for _, v := range list {
			tree[v.name] = v.value
		}
		return a.screen.object(tree)
	}
	for _, v := range list {
		a.screen.print("%s", v.in(format))
	}
	return nil
}

// in is the change as a line of sh or fish.
func (v variable) in(format string) string {
	switch {
	case format == "fish" && v.value == nil:
		return "set -e " + v.name + ";"
	case format == "fish":
		return "set -gx " + v.name + " " + fishQuote(*v.value) + ";"
	case v.value == nil:
		return "unset " + v.name
	}
	return "export " + v.name + "=" + shellQuote(*v.value)
}

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
