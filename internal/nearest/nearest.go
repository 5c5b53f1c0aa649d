// Package nearest suggests what a misspelt word may have been meant for.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// Words returns at most three candidates by edit distance, best first; candidates further away than a third of the word are left
// out, except those that begin with it. Case does not count.
func Words(word string, candidates []string) []string {
	type near struct {
		name string
		away int
	}
	var found []near
	word = strings.ToLower(word)
	limit := max(2, len(word)/3)
	for _, name := range candidates {
		away := distance(word, strings.ToLower(name))
		if away <= limit || len(word) >= 3 && strings.HasPrefix(name, word) {
			found = append(found, near{name, away})
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.away, b.away), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, n := range found[:min(3, len(found))] {
		names = append(names, n.name)
	}
	return names
}

// distance counts the insertions, deletions, changes and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, row := rows[0], rows[1], rows[2]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
