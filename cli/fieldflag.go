//go:build !sagefly_task

package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sagefly/sagefly"
)

// fieldFlag is the flag of one field of a task's input. It takes any text: what is wrong with it is said together with
// everything else that is wrong.
type fieldFlag struct {
	field sagefly.FieldDescription
	flag  string // its name on the command line
	text  string
	given bool
}

// String is what the flag's default is, for its help.
func (f *fieldFlag) String() string {
	if f.given {
		return f.text
	}
	if f.field.Default != nil {
		return *f.field.Default
	}
	return ""
}

// Set stores the text.
func (f *fieldFlag) Set(text string) error {
	f.text, f.given = text, true
	return nil
}

// Type is the word for the value in the help.
func (f *fieldFlag) Type() string {
	switch f.field.Kind {
	case "file", "dir":
		return "path|s3://"
	case "bool":
		return "bool"
	}
	return f.field.Kind
}

// help is the flag's line, without what pflag adds: type and default.
func (f *fieldFlag) help() string {
	var parts []string
	switch {
	case f.field.Help != "":
		parts = append(parts, f.field.Help)
	case f.field.Kind == "file":
		parts = append(parts, "a file: the input channel "+f.field.Name)
	case f.field.Kind == "dir":
		parts = append(parts, "a folder: the input channel "+f.field.Name)
	}
	if len(f.field.Enum) > 0 {
		parts = append(parts, "one of "+strings.Join(f.field.Enum, ", "))
	}
	if f.field.Required {
		parts = append(parts, "(required)")
	}
	return strings.ReplaceAll(strings.Join(parts, " "), "`", "'")
}

// addFieldFlags gives the command a flag for every field. A name that commands have for themselves gets "input-" before it; dashes
// are as good as underscores.
func addFieldFlags(cmd *cobra.Command, fields []sagefly.FieldDescription, taken []string) []*fieldFlag {
	flags := cmd.Flags()
	free := func(name string) bool { return flags.Lookup(name) == nil && !slices.Contains(taken, name) }
	var all []*fieldFlag
	for _, field := range fields {
		f := &fieldFlag{field: field, flag: field.Name}
		if !free(f.flag) {
			f.flag = "input-" + f.flag
		}
		define(flags, f, f.flag)
		all = append(all, f)
	}
	for _, f := range all {
		if dashed := strings.ReplaceAll(f.flag, "_", "-"); free(dashed) {
			define(flags, f, dashed).Hidden = true
		}
	}
	return all
}

func define(flags *pflag.FlagSet, f *fieldFlag, name string) *pflag.Flag {
	flag := flags.VarPF(f, name, "", f.help())
	if f.field.Kind == "bool" {
		flag.NoOptDefVal = "true"
	}
	return flag
}

// where is the flag as it was given.
func (f *fieldFlag) where() string { return fmt.Sprintf("--%s %s", f.flag, shellQuote(f.text)) }
