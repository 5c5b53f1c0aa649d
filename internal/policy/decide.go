package policy

import "strings"

// Decision is what policies say of a request.
type Decision int

// Decisions. Unknown means that it depends on a condition, variable or wildcard whose value cannot be known here.
const (
	ImplicitDeny Decision = iota
	Allowed
	ExplicitDeny
	Unknown
)

// Request is one action on one resource.
type Request struct {
	Action   string              // sagemaker:CreateTrainingJob
	Resource string              // ARN; "" where a policy has no resources, as trust policies
	Service  string              // the service that asks, for trust policies: sagemaker.amazonaws.com
	Context  map[string][]string // condition key → values
	Complete bool                // keys that Context lacks are absent, not unknown
}

// Decide says what policies together allow: a matching Deny wins over every Allow, and what nobody allows is denied.
func Decide(documents []Document, r Request) Decision {
	allow, deny := no, no
	for _, d := range documents {
		for _, s := range d.Statement {
			if s.Effect == Deny {
				deny = or(deny, s.matches(r))
			} else {
				allow = or(allow, s.matches(r))
			}
		}
	}
	switch {
	case deny == yes:
		return ExplicitDeny
	case allow == no:
		return ImplicitDeny
	case deny == maybe || allow == maybe:
		return Unknown
	}
	return Allowed
}

// truth is the answer to a question that may not be answerable.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func or(a, b truth) truth  { return max(a, b) }
func and(a, b truth) truth { return min(a, b) }
func not(a truth) truth    { return yes - a }

func truly(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (s Statement) matches(r Request) truth {
	found := and(s.principal(r), s.action(r.Action))
	found = and(found, s.resource(r.Resource))
	if found == no {
		return no
	}
	return and(found, s.Condition.hold(r))
}

// principal matches the service that asks. A wildcard in an Allow is no clear trust in a service, in a Deny it means everyone.
func (s Statement) principal(r Request) truth {
	switch {
	case r.Service == "":
		return yes
	case s.NotPrincipal != nil:
		return maybe
	case s.Principal == nil:
		return no
	}
	wild := maybe
	if s.Effect == Deny {
		wild = yes
	}
	if s.Principal.Everyone {
		return wild
	}
	found := no
	for kind, names := range s.Principal.Kinds {
		for _, name := range names {
			switch {
			case kind == "Service" && strings.EqualFold(name, r.Service):
				found = yes
			case name == "*":
				found = or(found, wild)
			}
		}
	}
	return found
}

func (s Statement) action(action string) truth {
	action = strings.ToLower(action)
	any := func(list List) truth {
		found := no
		for _, pattern := range list {
			found = or(found, truly(glob(strings.ToLower(pattern), action)))
		}
		return found
	}
	if s.NotAction != nil {
		return not(any(s.NotAction))
	}
	return any(s.Action)
}

func (s Statement) resource(resource string) truth {
	any := func(list List) truth {
		found := no
		for _, pattern := range list {
			found = or(found, like(pattern, resource))
		}
		return found
	}
	switch {
	case s.NotResource != nil:
		return not(any(s.NotResource))
	case s.Resource == nil: // a trust policy's resource is its role
		return yes
	}
	return any(s.Resource)
}

// like matches text against a pattern. A pattern with a variable cannot be decided.
func like(pattern, text string) truth {
	if strings.Contains(pattern, "${") {
		return maybe
	}
	return truly(glob(pattern, text))
}

// glob matches text against a pattern with * for any characters and ? for one.
func glob(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			p, mark = star+1, mark+1
			t = mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
