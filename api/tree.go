package api

// object, list, text and flag read a member of a validated tree; absent and null members are zero values.
func object(tree map[string]any, name string) map[string]any {
	v, _ := tree[name].(map[string]any)
	return v
}

func list(tree map[string]any, name string) []any {
	v, _ := tree[name].([]any)
	return v
}

func text(tree map[string]any, name string) string {
	v, _ := tree[name].(string)
	return v
}

func flag(tree map[string]any, name string) bool {
	v, _ := tree[name].(bool)
	return v
}

// has reports whether a member is there and not null.
func has(tree map[string]any, name string) bool { return tree[name] != nil }

// given lists those of names that are members of tree; empty lists say nothing and do not count.
func given(tree map[string]any, names ...string) []string {
	var found []string
	for _, name := range names {
		if l, ok := tree[name].([]any); has(tree, name) && (!ok || len(l) > 0) {
			found = append(found, name)
		}
	}
	return found
}
