//go:build !sagefly_task

package cli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

var (
	// ownCommand finds a hint's command that programs with tasks have too.
	ownCommand = regexp.MustCompile(`\bsagefly (jobs|show|logs|wait|stop|download|prune|serve|env|doctor|image|iam)\b`)
	// jobCommand finds a hint's command that is about one job.
	jobCommand = regexp.MustCompile(`\bsagefly (show|logs|wait|stop|download|tune --extend)\b`)
)

// hintFlags are the flags with which a hint's command asks whom the command asked that prints it, by verb.
var hintFlags = map[string][]string{
	"jobs": askFlags, "show": askFlags, "logs": askFlags, "wait": askFlags, "stop": askFlags, "download": askFlags, "prune": askFlags, "env": askFlags,
	"train": runsFlags, "tune": runsFlags, "run": runsFlags, "demo": runsFlags,
	"serve": {"data"},
}

var (
	askFlags  = []string{"on", "data", "region"}
	runsFlags = []string{"on", "data", "region", "bucket", "role", "docker"}
)

// givenFlags are those of a command line that say where it goes, by name. What a variable or a profile says holds for the next command too.
func givenFlags(cmd *cobra.Command) map[string]string {
	given := map[string]string{}
	for _, name := range runsFlags {
		f := cmd.Flag(name)
		if f == nil || !f.Changed {
			continue
		}
		switch text := f.Value.String(); {
		case f.NoOptDefVal == "":
			given[name] = "--" + name + " " + shellQuote(text)
		case f.NoOptDefVal == text:
			given[name] = "--" + name
		default:
			given[name] = "--" + name + "=" + shellQuote(text)
		}
	}
	return given
}

// hint makes a text's commands ones that can be pasted: they are this program's, for texts are written for sagefly and programs with tasks have
// the same commands, and go where this command goes.
func (s *screen) hint(text string) string {
	if s.program != "sagefly" {
		text = ownCommand.ReplaceAllString(text, strings.ReplaceAll(s.program, "$", "$$")+" $1")
	}
	if len(s.given) == 0 {
		return text
	}
	command := regexp.MustCompile(`(?:\bsagefly|` + regexp.QuoteMeta(s.program) + `) ([a-z]+)\b`)
	return command.ReplaceAllStringFunc(text, func(found string) string {
		verb := found[strings.LastIndexByte(found, ' ')+1:]
		for _, flag := range hintFlags[verb] {
			if words := s.given[flag]; words != "" {
				found += " " + words
			}
		}
		return found
	})
}

// useful are the commands of a list that can do something: none finds a job whose directory was thrown away.
func (s *screen) useful(commands []string) []string {
	if !s.thrown {
		return commands
	}
	return slices.DeleteFunc(slices.Clone(commands), jobCommand.MatchString)
}

// nextRows are commands that make sense now, as rows of a summary.
func (s *screen) nextRows(commands ...string) [][]string {
	var rows [][]string
	for i, c := range s.useful(commands) {
		rows = append(rows, []string{choose(i == 0, "next", ""), c})
	}
	return rows
}
