//go:build !sagefly_task

package cli

import (
	"errors"
	"fmt"

	"github.com/sagefly/sagefly"
)

// fromLaunch explains the errors of the library: a job that did not end well, a name that is taken. None of these is nil.
func fromLaunch(err error) problems {
	if e, ok := errors.AsType[*sagefly.Error](err); ok {
		return problems{failureProblem(e)}
	}
	if e, ok := errors.AsType[*sagefly.NameTaken](err); ok {
		return problems{takenProblem(e)}
	}
	return nil
}

func takenProblem(e *sagefly.NameTaken) *Problem {
	p := refused(fmt.Sprintf("there is a job named %q already, made from another request", e.Job), "",
		"look at it:  sagefly show "+e.Job, "or take another name with --name")
	p.Cause = e
	for _, d := range e.Differences {
		if p.Why != "" {
			p.Why += "\n"
		}
		p.Why += fmt.Sprintf("%s: %s wanted, that job has %s", d.Member, clip(orNothing(d.Requested), 120), clip(orNothing(d.Existing), 120))
	}
	return p
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
