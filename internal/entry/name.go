package entry

import (
	"regexp"
	"slices"
	"strings"
)

// safeName is what the toolkit takes as an entry point: a plain path below the code folder, in characters that no shell
// and no interpreter reads as anything else.
var safeName = regexp.MustCompile(`^[A-Za-z0-9._][A-Za-z0-9._+-]*(/[A-Za-z0-9._+-]+)*$`)

// checkName refuses an entry point before anything is fetched or started.
func checkName(name string) error {
	parts := strings.Split(name, "/")
	switch {
	case name == "":
		return refusef("the entry point (sagemaker_program) is empty: name a file of the source folder, such as train.py")
	case strings.HasPrefix(name, "/"):
		return refusef("entry point %q is an absolute path: name it relative to the source folder, such as train.py", name)
	case slices.Contains(parts, "..") || slices.Contains(parts, "."):
		return refusef("entry point %q has . or .. in its path: name it relative to the source folder, such as bin/train.py", name)
	case !safeName.MatchString(name):
		return refusef("entry point %q: the training toolkit takes letters, digits and ._+-/ only, and no - at the start", name)
	}
	return nil
}
