package main

import (
	"fmt"
	"slices"
	"time"
)

// sample is a list of measurements of one figure.
type sample []float64

func (s *sample) add(d time.Duration) { *s = append(*s, d.Seconds()*1000) }

func (s sample) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// String is median (smallest–largest).
func (s sample) String() string {
	return fmt.Sprintf("%s (%s–%s)", short3(s.median()), short3(slices.Min(s)), short3(slices.Max(s)))
}

func short3(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
