//go:build !sagefly_task

package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/internal/value"
)

// check refuses values that the task does not take and files that are not there, all of them at once.
func (o *runFlags) check(task sagefly.Task) error {
	var found problems
	err := sagefly.Check(task, o.values())
	wrong, isList := errors.AsType[value.Problems](err)
	if err != nil && !isList {
		found = append(found, &Problem{What: err.Error(), Exit: exitUsage, Cause: err})
	}
	for _, w := range wrong {
		found = append(found, o.problem(w))
	}
	for _, f := range o.fields {
		if p := f.missing(); p != nil {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// problem says what is wrong with a field in terms of its flag.
func (o *runFlags) problem(w value.Problem) *Problem {
	p := usage("", w.Cause)
	i := slices.IndexFunc(o.fields, func(f *fieldFlag) bool { return f.field.Name == w.Name })
	if i < 0 {
		p.What = w.String()
		return p
	}
	f := o.fields[i]
	p.What = fmt.Sprintf("--%s %s", f.flag, w.What)
	if f.given {
		p.Where = f.where()
		for _, word := range f.field.Enum {
			p.Fix = append(p.Fix, fmt.Sprintf("--%s %s", f.flag, shellQuote(word)))
		}
		return p
	}
	p.Where = "field " + w.Path
	p.Fix = []string{fmt.Sprintf("--%s %s", f.flag, placeholder(f.field))}
	return p
}

func placeholder(f sagefly.FieldDescription) string {
	switch {
	case len(f.Enum) > 0:
		return f.Enum[0]
	case f.Kind == "file" || f.Kind == "dir":
		return "PATH|s3://BUCKET/PREFIX"
	}
	return "VALUE"
}

// missing is the problem with a local path that is not there.
func (f *fieldFlag) missing() *Problem {
	if f.field.Kind != "file" && f.field.Kind != "dir" || f.text == "" || isAddress(f.text) {
		return nil
	}
	info, err := os.Stat(f.text)
	if err != nil {
		p := missingFile(f.flag, f.text, err)
		p.Exit = exitUsage
		return p
	}
	if f.field.Kind == "file" && info.IsDir() {
		p := usage(fmt.Sprintf("--%s is a folder", f.flag), "the task takes one file here")
		p.Where = f.where()
		return p
	}
	return nil
}
