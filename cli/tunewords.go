//go:build !sagefly_task

package cli

import (
	"maps"
	"slices"
	"strconv"
)

// words are the flags of the search itself, for a hint that repeats the command.
func (o *tuneFlags) words() []string {
	var words []string
	add := func(flag string, values ...string) {
		for _, v := range values {
			words = append(words, "--"+flag, v)
		}
	}
	add("vary", o.vary...)
	add("try", o.try...)
	for _, f := range []struct{ flag, value string }{
		{"objective", o.objective},
		{"strategy", o.strategy},
		{"jobs", strconv.Itoa(o.jobs)},
		{"parallel", strconv.Itoa(o.parallel)},
		{"seed", strconv.Itoa(o.seed)},
		{"patience", strconv.Itoa(o.patience)},
		{"target", trim(o.target)},
		{"csv", o.csv},
		{"report", o.report},
	} {
		if o.changed(f.flag) {
			add(f.flag, f.value)
		}
	}
	if o.earlyStop {
		words = append(words, "--early-stop")
	}
	return words
}

// trainWith is the command that trains once with values that a search found.
func (o *tuneFlags) trainWith(args []string, values map[string]string) []string {
	words := append([]string{"sagefly", "train"}, args...)
	add := func(flag string, values ...string) {
		for _, v := range values {
			if v != "" {
				words = append(words, "--"+flag, v)
			}
		}
	}
	add("train", o.train)
	add("validation", o.validation)
	add("holdout", o.holdout)
	add("label", o.label)
	add("onehot", o.onehot...)
	add("drop", o.drop...)
	add("content-type", o.contentType)
	add("test", o.test)
	add("channel", o.channels...)
	add("metric", o.metrics...)
	add("entry", o.entry)
	add("image", o.image)
	add("env", o.env...)
	add("tag", o.tags...)
	if o.instances > 1 {
		add("instances", strconv.Itoa(o.instances))
	}
	if o.instance != defaultInstance {
		add("instance", o.instance)
	}
	if o.maxRuntime != defaultMaxRuntime {
		add("max-runtime", o.maxRuntime.String())
	}
	if o.spot {
		words = append(words, "--spot")
	}
	add("set", o.set...)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		add("set", name+"="+values[name])
	}
	return words
}
