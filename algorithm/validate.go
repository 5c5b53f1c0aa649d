package algorithm

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Params are validated hyperparameters in the order in which the container hands them on. The zero Params has none.
type Params struct {
	names  []string
	values map[string]Value
}

// Get returns a hyperparameter by its own name (aliases are already replaced); ok is false when the request did not set it.
func (p Params) Get(name string) (v Value, ok bool) {
	v, ok = p.values[name]
	return v, ok
}

// Len returns the number of hyperparameters.
func (p Params) Len() int { return len(p.names) }

// All yields names and values in order.
func (p Params) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, name := range p.names {
			if !yield(name, p.values[name]) {
				return
			}
		}
	}
}

// Validate reads and checks a request's hyperparameters exactly as the version's container does, step by step over all of them:
// aliases, missing required ones, unknown names and parsing, ranges, dependencies. The first fault is the result: *UserError with
// the container's message, or *AlgorithmError or *PythonError where the container itself stumbles. A version whose container is
// not open (tags 1 and latest) gives an error of another type.
//
// The container goes through hyperparameters in the order of the file it reads, which is not specified. Here the order is by
// name, so that the first fault and the order of Params do not change from run to run; an alias comes after the name it stands
// for and so wins when a request has both. A hyperparameter that depends on others comes after them.
//
// One difference is intended: monotone_constraints is read as a literal, while the container evaluates it as Python code.
func (v Version) Validate(raw map[string]string) (Params, error) {
	if len(v.Hyperparameters) == 0 {
		return Params{}, fmt.Errorf("validate hyperparameters: version %s is not in the catalogue: its container is closed", v.Tag)
	}
	set := v.catalogue()
	texts := set.replaceAliases(raw)
	if err := v.checkRequired(texts); err != nil {
		return Params{}, err
	}
	values, err := set.parse(texts)
	if err != nil {
		return Params{}, err
	}
	names := slices.Sorted(maps.Keys(values))
	for _, name := range names {
		if err := set.byName[name].checkRange(values[name]); err != nil {
			return Params{}, err
		}
	}
	return set.checkDependencies(names, values)
}

// checkRequired looks in the order of the catalogue.
func (v Version) checkRequired(texts map[string]string) error {
	for _, h := range v.Hyperparameters {
		if _, set := texts[h.Name]; h.Required && !set {
			return userErrorf("Missing required hyperparameter: %s", h.Name)
		}
	}
	return nil
}

// catalogue is a version's hyperparameters by name and by alias.
type catalogue struct {
	byName  map[string]Hyperparameter
	aliases map[string]string
}

func (v Version) catalogue() catalogue {
	c := catalogue{byName: make(map[string]Hyperparameter, len(v.Hyperparameters)), aliases: map[string]string{}}
	for _, h := range v.Hyperparameters {
		c.byName[h.Name] = h
		for _, alias := range h.Aliases {
			c.aliases[alias] = h.Name
		}
	}
	return c
}

func (c catalogue) replaceAliases(raw map[string]string) map[string]string {
	texts := make(map[string]string, len(raw))
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		own, ok := c.aliases[name]
		if !ok {
			own = name
		}
		texts[own] = raw[name]
	}
	return texts
}

func (c catalogue) parse(texts map[string]string) (map[string]Value, error) {
	values := make(map[string]Value, len(texts))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		h, ok := c.byName[name]
		if !ok {
			return nil, userErrorf("Extraneous hyperparameter found: %s", name)
		}
		value, err := h.parse(texts[name])
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	return values, nil
}

// checkDependencies visits each hyperparameter after those it depends on, and gives each check only what was set.
func (c catalogue) checkDependencies(names []string, values map[string]Value) (Params, error) {
	p := Params{values: make(map[string]Value, len(values))}
	for _, name := range c.inOrder(names, values) {
		h, value := c.byName[name], values[name]
		if h.depends != nil {
			others := map[string]Value{}
			for _, other := range h.DependsOn {
				if v, ok := p.values[other]; ok {
					others[other] = v
				}
			}
			if err := h.depends(value, others); err != nil {
				return Params{}, err
			}
		}
		p.names = append(p.names, name)
		p.values[name] = value
	}
	return p, nil
}

func (c catalogue) inOrder(names []string, values map[string]Value) []string {
	order := make([]string, 0, len(names))
	visited := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if _, set := values[name]; !set || visited[name] {
			return
		}
		visited[name] = true
		for _, other := range c.byName[name].DependsOn {
			visit(other)
		}
		order = append(order, name)
	}
	for _, name := range names {
		visit(name)
	}
	return order
}
