//go:build !sagefly_task

package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/internal/nearest"
)

// parseTries reads start points, NAME=VALUE,NAME=VALUE, each once. fallback gives a parameter that a point does not name its value, which may lie
// outside the range; nil = none has one.
func parseTries(list []string, all []*varied, fallback func(*varied) (string, bool)) ([]sagefly.Point, error) {
	var points []sagefly.Point
	for _, text := range list {
		p, err := parseTry(text, all)
		if err != nil {
			return nil, err
		}
		if err := completeTry(text, p, all, fallback); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(points, func(other sagefly.Point) bool { return maps.EqualFunc(p, other, sameValue) }) {
			points = append(points, p)
		}
	}
	return points, nil
}

// sameValue says that two texts are the same word, or the same number.
func sameValue(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && x == y
}

func parseTry(text string, all []*varied) (sagefly.Point, error) {
	point := sagefly.Point{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || name == "" || value == "" {
			return nil, usage(fmt.Sprintf("--try %s is not NAME=VALUE,NAME=VALUE,…", text), fmt.Sprintf("%q is no NAME=VALUE", part), "--try eta=0.1,max_depth=6")
		}
		if _, twice := point[name]; twice {
			return nil, wrongTry(text, name+" is there twice")
		}
		v := find(all, name)
		if v == nil {
			p := wrongTry(text, fmt.Sprintf("%q is not varied", name))
			for _, near := range nearest.Words(name, names(all)) {
				p.Fix = append(p.Fix, "did you mean "+near+"?")
			}
			return nil, p
		}
		if !v.holds(value) {
			return nil, wrongTry(text, fmt.Sprintf("%s is not in %s: %s", value, name, v.rangeText()))
		}
		point[name] = value
	}
	return point, nil
}

func wrongTry(text, why string) *Problem {
	p := refused("the start point is not in the searched space", why)
	p.Where = "--try " + text
	return p
}

func names(all []*varied) []string {
	var list []string
	for _, v := range all {
		list = append(list, v.name)
	}
	return list
}

// completeTry fills in what a point does not name, and refuses one that still is none.
func completeTry(text string, point sagefly.Point, all []*varied, fallback func(*varied) (string, bool)) error {
	given := maps.Clone(point)
	for range all { // as deep as conditions can go
		for _, v := range all {
			if _, has := point[v.name]; has || !v.active(point) || fallback == nil {
				continue
			}
			if value, ok := fallback(v); ok && v.holds(value) {
				point[v.name] = value
			}
		}
	}
	var missing, why []string
	for _, v := range all {
		_, has := point[v.name]
		switch {
		case !has && v.active(point):
			missing, why = append(missing, v.name), append(why, v.missing(fallback))
		case has && !v.active(point):
			if _, own := given[v.name]; own {
				return wrongTry(text, fmt.Sprintf("%s is only there when %s is %s", v.name, v.parent, strings.Join(v.in, " or ")))
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	p := wrongTry(text, "it says nothing of "+strings.Join(why, ", nor of "))
	for _, name := range missing {
		text += "," + name + "=" + find(all, name).ends()[0]
	}
	p.Fix = []string{"--try " + shellQuote(text)}
	return p
}

// missing is the name of a parameter that a point does not have, and why no default stands in.
func (v *varied) missing(fallback func(*varied) (string, bool)) string {
	if fallback == nil {
		return v.name
	}
	if value, ok := fallback(v); ok {
		return fmt.Sprintf("%s, whose default %s is outside %s", v.name, value, v.rangeText())
	}
	return v.name
}

// active says whether a point has the parameter.
func (v *varied) active(point sagefly.Point) bool {
	return v.parent == "" || slices.Contains(v.in, point[v.parent])
}
