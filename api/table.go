package api

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
)

// kind is the type of a shape in the service model.
type kind uint8

const (
	kindNone kind = iota
	kindString
	kindInteger
	kindLong
	kindFloat
	kindDouble
	kindBoolean
	kindTimestamp
	kindStructure
	kindList
	kindMap
)

// shape is one named type of the service model with its constraints. Other shapes are numbers into shapes; 0 is none.
type shape struct {
	name           string
	kind           kind
	hasMin, hasMax bool
	min, max       int64 // characters, entries or values, by kind
	pattern        int16
	enum           []string // in the order that AWS prints
	key, elem      int16    // of maps and lists
	members        []member // in model order
}

type member struct {
	name     string
	shape    int16
	required bool
}

type operation struct {
	name          string
	input, output int16
	errors        []string
}

// pattern holds an expression that matches whole strings and the text that AWS prints for it.
type pattern struct{ expr, printed string }

// compiled caches the patterns that were needed so far; compiling all of them costs more than a command should.
var compiled [len(patterns)]atomic.Pointer[regexp.Regexp]

// matches reports whether pattern n accepts all of s.
func matches(n int16, s string) bool {
	switch patterns[n].printed {
	case `[\S\s]*`:
		return true
	case `.*`:
		return !strings.ContainsAny(s, "\n\r\u0085\u2028\u2029")
	}
	re := compiled[n].Load()
	if re == nil {
		re = regexp.MustCompile(patterns[n].expr)
		compiled[n].Store(re)
	}
	return re.MatchString(s)
}

func lookup(op string) (operation, bool) {
	i, ok := slices.BinarySearchFunc(operations[:], op, func(o operation, name string) int {
		return strings.Compare(o.name, name)
	})
	if !ok {
		return operation{}, false
	}
	return operations[i], true
}

// Operations lists the operations whose requests and answers the table describes, sorted.
func Operations() []string {
	names := make([]string, len(operations))
	for i, op := range operations {
		names[i] = op.name
	}
	return names
}

// Known reports whether SageMaker has an operation of this name at all, served here or not.
// Names are case-sensitive, without the "SageMaker." of the X-Amz-Target header.
func Known(op string) bool {
	_, ok := slices.BinarySearch(knownOperations[:], op)
	return ok
}

// DeclaredErrors lists the error codes that the service model declares for an operation; every operation can answer
// the common ones (ValidationException, ThrottlingException, …) besides. Nil for an operation outside the table.
func DeclaredErrors(op string) []string {
	o, _ := lookup(op)
	return slices.Clone(o.errors)
}
