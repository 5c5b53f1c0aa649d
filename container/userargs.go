package container

import (
	"maps"
	"slices"
)

// UserArgs is the command line the toolkit gives a user's program: the user's own hyperparameters, sorted by name, as
// --name value.
func (c Contract) UserArgs() []string {
	user, _, _ := c.splitHyperparameters()
	return userArgs(user)
}

// userArgs are the command line: --key value, -k for one letter, keys sorted; an object becomes a=1,b=2.
func userArgs(user map[string]any) []string {
	args := []string{}
	for _, key := range slices.Sorted(maps.Keys(user)) {
		flag := "--" + key
		switch len([]rune(key)) {
		case 0:
			flag = ""
		case 1:
			flag = "-" + key
		}
		args = append(args, flag, argument(user[key]))
	}
	return args
}

func argument(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case map[string]any:
		return joinFunc(slices.Sorted(maps.Keys(v)), ",", func(k string) string { return k + "=" + pyStr(v[k]) })
	}
	return pyStr(v)
}
