package algorithm

import (
	"errors"
	"math/big"
	"strings"
	"unicode/utf8"
)

// Why a literal cannot be read. Python raises a different exception for each, and the container treats them differently.
var (
	errSyntax     = errors.New("invalid syntax")    // SyntaxError: unfinished or malformed text
	errNotLiteral = errors.New("not a literal")     // ValueError of ast.literal_eval: an expression, a call, a name
	errDepth      = errors.New("too deeply nested") // RecursionError
)

// maxDepth bounds nesting, so that hostile input cannot exhaust the stack. Python's own parser stops at 100 or 200 levels.
const maxDepth = 90

// parseLiteral reads the Python literals that constraints are made of: numbers, strings, True, False, None, and lists and tuples
// of those. Nothing is evaluated. Dictionaries, sets, bytes and arithmetic, which Python could evaluate, are errNotLiteral.
func parseLiteral(s string) (Value, error) {
	p := literalParser{rest: s}
	v, err := p.tuple()
	if err != nil {
		return Value{}, err
	}
	if p.skip(); p.rest != "" {
		return Value{}, p.unexpected()
	}
	return v, nil
}

type literalParser struct {
	rest  string
	depth int
}

func (p *literalParser) skip() {
	p.rest = strings.TrimLeft(p.rest, " \t\f\r\n")
}

// unexpected says what Python makes of the text at this point: operators, attributes and calls are expressions, the rest is
// malformed.
func (p *literalParser) unexpected() error {
	if p.rest != "" && strings.ContainsRune("+-*/%.([<>=!&|^~{", rune(p.rest[0])) {
		return errNotLiteral
	}
	return errSyntax
}

// tuple reads one value, or several with commas between them, which in Python make a tuple without parentheses.
func (p *literalParser) tuple() (Value, error) {
	first, err := p.value()
	if err != nil {
		return Value{}, err
	}
	if p.skip(); !strings.HasPrefix(p.rest, ",") {
		return first, nil
	}
	p.rest = p.rest[1:]
	items, _, err := p.items(first, "")
	return Value{kind: TupleValue, items: items}, err
}

// items reads the elements after a comma up to the closing text, which stays unread; an empty closing text means the end. comma
// says whether the last element was followed by one.
func (p *literalParser) items(first Value, closing string) (items []Value, comma bool, err error) {
	if first.kind != "" {
		items, comma = append(items, first), true
	}
	for {
		p.skip()
		if p.rest == "" && closing == "" || closing != "" && strings.HasPrefix(p.rest, closing) {
			return items, comma, nil
		}
		if !comma && len(items) > 0 {
			return nil, false, p.unexpected()
		}
		item, err := p.value()
		if err != nil {
			return nil, false, err
		}
		items = append(items, item)
		p.skip()
		if comma = strings.HasPrefix(p.rest, ","); comma {
			p.rest = p.rest[1:]
		}
	}
}

func (p *literalParser) value() (Value, error) {
	p.skip()
	if p.rest == "" {
		return Value{}, errSyntax
	}
	switch c := p.rest[0]; {
	case c == '[':
		return p.bracket("]")
	case c == '(':
		return p.bracket(")")
	case c == '\'' || c == '"':
		return p.quoted()
	case c == '-' || c == '+' || c == '.' || '0' <= c && c <= '9':
		return p.number()
	case c == '_' || c >= utf8.RuneSelf || 'a' <= c|0x20 && c|0x20 <= 'z':
		return p.word()
	}
	return Value{}, p.unexpected()
}

// bracket reads a list or a tuple. Parentheses around one value without a comma are only grouping.
func (p *literalParser) bracket(closing string) (Value, error) {
	if p.depth++; p.depth > maxDepth {
		return Value{}, errDepth
	}
	defer func() { p.depth-- }()
	p.rest = p.rest[1:]
	items, comma, err := p.items(Value{}, closing)
	if err != nil {
		return Value{}, err
	}
	p.rest = p.rest[1:]
	switch {
	case closing == "]":
		return listValue(items), nil
	case len(items) == 1 && !comma:
		return items[0], nil
	}
	return Value{kind: TupleValue, items: items}, nil
}

func (p *literalParser) number() (Value, error) {
	sign, text := cutSign(p.rest)
	text = strings.TrimLeft(text, " ")
	end := numberEnd(text)
	p.rest = text[end:]
	text = text[:end]
	if n, ok := parsePythonInt(text); ok && (text == "0" || text[0] != '0' || strings.Trim(text, "0_") == "") {
		if sign == "-" {
			n.Neg(n)
		}
		return intValue(n), nil
	}
	if f, ok := parsePythonFloat(text); ok && strings.ContainsAny(text, ".eE") {
		if sign == "-" {
			f = -f
		}
		return floatValue(f), nil
	}
	if text == "" {
		return Value{}, p.unexpected()
	}
	return Value{}, errSyntax
}

// numberEnd finds where a number ends: digits, letters, underscores, points, and a sign after an exponent's letter.
func numberEnd(s string) int {
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9', c == '.', c == '_', 'a' <= c|0x20 && c|0x20 <= 'z':
		case (c == '+' || c == '-') && i > 0 && s[i-1]|0x20 == 'e':
		default:
			return i
		}
	}
	return len(s)
}

func (p *literalParser) word() (Value, error) {
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return r != '_' && r < utf8.RuneSelf && (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9')
	})
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	switch word {
	case "True":
		return Value{kind: BoolValue, integer: big.NewInt(1)}, nil
	case "False":
		return Value{kind: BoolValue, integer: big.NewInt(0)}, nil
	case "None":
		return Value{kind: NoneValue}, nil
	}
	return Value{}, errNotLiteral
}

// quoted reads a string in single or double quotes. Of the escapes only those of the quotes and the backslash are known: no
// constraint has a use for others.
func (p *literalParser) quoted() (Value, error) {
	quote := p.rest[0]
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == quote:
			p.rest = p.rest[i+1:]
			return stringValue(b.String()), nil
		case c == '\n':
			return Value{}, errSyntax
		case c == '\\' && i+1 < len(p.rest) && strings.IndexByte(`\'"`, p.rest[i+1]) >= 0:
			i++
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return Value{}, errSyntax
}
