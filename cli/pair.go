//go:build !sagefly_task

package cli

import (
	"fmt"
	"strings"
)

// parsePairs reads the values of a repeatable flag of the form NAME=VALUE. No name is given two values.
func parsePairs(flag string, list []string, example string) (map[string]string, error) {
	pairs := map[string]string{}
	for _, s := range list {
		name, text, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, usage(fmt.Sprintf("--%s %s is not NAME=VALUE", flag, s), "", fmt.Sprintf("--%s %s", flag, example))
		}
		if old, twice := pairs[name]; twice && old != text {
			return nil, usage(fmt.Sprintf("--%s %s is given twice", flag, name), fmt.Sprintf("as %s and as %s", old, text))
		}
		pairs[name] = text
	}
	return pairs, nil
}
