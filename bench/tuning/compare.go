package main

import "fmt"

// compare prints what a change of package tuner does: our runs in one folder against our runs in another, made before the change. The
// scales are of the report's own rows.
func compare(rows, against string) error {
	after, err := read(rows)
	if err != nil {
		return err
	}
	before, err := read(against)
	if err != nil {
		return err
	}
	reference, err := read("bench/tuning/rows")
	if err != nil {
		return err
	}
	scales := reference.scales()
	for _, parallel := range []int{1, 4} {
		g := group{ours, parallel, chosen}
		for _, n := range at {
			if d := after.duel(g, n, scales, before); d.pairs() > 0 {
				fmt.Printf("%d at a time, after %3d: regret %.3f, before the change %.3f; won %d, same %d, lost %d, p = %.2f\n",
					parallel, n, d.ours, d.theirs, d.wins, d.ties, d.losses, d.p())
			}
		}
	}
	return nil
}
