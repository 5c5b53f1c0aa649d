// Package policy is as much of IAM's policy language as training jobs need: documents are written for people to create, read from
// roles to see whom they trust, and decided for an engine that answers as a strict account would.
//
// The rules are those of the IAM user guide, "IAM JSON policy reference" and "Policy evaluation logic", for the identity policies and
// trust policies of one account.
package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Version is the policy language's only present version.
const Version = "2012-10-17"

// Effects of statements.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Document is a policy.
type Document struct {
	Version   string
	ID        string     `json:"Id,omitempty"`
	Statement Statements // one statement may stand without a list
}

// Statement is one rule of a policy. Of each pair with a Not member one is set.
type Statement struct {
	Sid          string     `json:",omitempty"`
	Effect       string     // Allow or Deny
	Principal    *Principal `json:",omitempty"` // trust policies only
	NotPrincipal *Principal `json:",omitempty"`
	Action       List       `json:",omitempty"`
	NotAction    List       `json:",omitempty"`
	Resource     List       `json:",omitempty"` // not in trust policies
	NotResource  List       `json:",omitempty"`
	Condition    Conditions `json:",omitempty"`
}

// Conditions are operator → key → values; all must hold.
type Conditions map[string]map[string]List

// Statements are a policy's rules in any order.
type Statements []Statement

// UnmarshalJSON reads a list, or one statement.
func (s *Statements) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(data, []byte("{")) {
		return json.Unmarshal(data, (*[]Statement)(s))
	}
	var one Statement
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*s = Statements{one}
	return nil
}

// List is one text or several. Numbers and truth values, which conditions may have, are kept as texts.
type List []string

// UnmarshalJSON reads a text, number or truth value, or a list of them.
func (l *List) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(data, []byte("[")) {
		data = append(append([]byte("["), data...), ']')
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*l = make(List, 0, len(raw))
	for _, item := range raw {
		text := string(item)
		switch {
		case text[0] == '"':
			if err := json.Unmarshal(item, &text); err != nil {
				return err
			}
		case text[0] == '{' || text[0] == '[' || text == "null":
			return fmt.Errorf("%s where a text is expected", text)
		}
		*l = append(*l, text)
	}
	return nil
}

// MarshalJSON writes a single text without a list, as the console does.
func (l List) MarshalJSON() ([]byte, error) {
	if len(l) == 1 {
		return json.Marshal(l[0])
	}
	return json.Marshal([]string(l))
}

// Principal is who a statement is about: everyone, or lists by kind ("Service", "AWS", "Federated", …).
type Principal struct {
	Everyone bool
	Kinds    map[string]List
}

// UnmarshalJSON reads "*" or an object.
func (p *Principal) UnmarshalJSON(data []byte) error {
	if string(data) == `"*"` {
		p.Everyone = true
		return nil
	}
	return json.Unmarshal(data, &p.Kinds)
}

// MarshalJSON is UnmarshalJSON's reverse.
func (p Principal) MarshalJSON() ([]byte, error) {
	if p.Everyone {
		return []byte(`"*"`), nil
	}
	return json.Marshal(p.Kinds)
}

// Parse reads a policy. Members that this package does not know are ignored.
func Parse(text string) (Document, error) {
	var d Document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return Document{}, fmt.Errorf("read policy: %w", err)
	}
	if len(d.Statement) == 0 {
		return Document{}, errors.New("read policy: it has no statement")
	}
	for i, s := range d.Statement {
		if s.Effect != Allow && s.Effect != Deny {
			return Document{}, fmt.Errorf("read policy: statement %d: effect %q is neither Allow nor Deny", i+1, s.Effect)
		}
	}
	return d, nil
}

// String is the policy as indented JSON.
func (d Document) String() string {
	text, _ := json.MarshalIndent(d, "", "  ") // texts, lists and maps of them
	return string(text)
}
