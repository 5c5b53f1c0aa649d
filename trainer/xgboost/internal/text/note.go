package text

import "bytes"

// NoteKind says what is suspicious about a file that can be read nevertheless.
type NoteKind string

// What [Read] notices. The container is silent about all of them.
const (
	Header     NoteKind = "header"      // a line without any number: a row with label 0 and no features
	Quoted     NoteKind = "quoted"      // a quoted field: a missing value
	Words      NoteKind = "words"       // text where a number should be: a missing value
	EmptyLabel NoteKind = "empty label" // nothing before the first delimiter: label 0
	TextLabel  NoteKind = "text label"  // text before the first delimiter: label 0
	Trailing   NoteKind = "trailing"    // a number followed by text, which is ignored
)

// Note is the first occurrence of one kind.
type Note struct {
	Kind   NoteKind
	File   string // as given to Read
	Line   int    // 1-based, as an editor counts
	Column int    // 1-based field in the line; 0 when the note is about the whole line
	Text   string // the field, at most 40 bytes of it
	Count  int    // how many there are in all files
}

// notes collects the first offset and the number of each kind while a block is read.
type notes struct {
	found   [6]finding
	strange int // unreadable fields in this line
	pending [6]int
}

type finding struct {
	count, offset, column int
	text                  string
}

var noteKinds = [6]NoteKind{Header, Quoted, Words, EmptyLabel, TextLabel, Trailing}

const (
	header = iota
	quoted
	words
	emptyLabel
	textLabel
	trailing
)

// field looks at a field that is not simply a number: p is its start, next where the number ended.
func (n *notes) field(data []byte, p, next, end, column int, delimiter byte) {
	stop := findDelimiter(data, min(p, end), end, delimiter)
	field := bytes.TrimSpace(data[p:stop])
	switch {
	case len(field) == 0:
		if column == 0 {
			n.strange++
			n.add(emptyLabel, p, column, field)
		}
	case field[0] == '"' || field[0] == '\'':
		n.strange++
		n.add(quoted, p, column, field)
	case next != p:
		if len(bytes.TrimSpace(data[min(next, stop):stop])) > 0 {
			n.add(trailing, p, column, field)
		}
	case isMissingWord(field):
	default:
		n.strange++
		if column == 0 {
			n.add(textLabel, p, column, field)
		} else {
			n.add(words, p, column, field)
		}
	}
}

// isMissingWord reports whether a field is one of the usual spellings of "no value", which is what it becomes.
func isMissingWord(field []byte) bool {
	switch string(bytes.ToLower(field)) {
	case "na", "n/a", "null", "none", "?", "-":
		return true
	}
	return false
}

func (n *notes) add(kind, offset, column int, field []byte) {
	f := &n.found[kind]
	if f.count == 0 {
		f.offset, f.column, f.text = offset, column+1, string(field[:min(len(field), 40)])
	}
	f.count++
	n.pending[kind]++
}

// line ends a line. A line of nothing but unreadable fields is a header; what was noted about its fields is taken back.
func (n *notes) line(begin, empty, features int) {
	if n.strange == 0 {
		return
	}
	if n.strange == features+1 && empty == features && features > 0 {
		for kind, count := range n.pending {
			n.found[kind].count -= count
		}
		n.pending = [6]int{}
		n.add(header, begin, -1, nil)
	}
	n.strange, n.pending = 0, [6]int{}
}

// merge adds the findings of a later block.
func (n *notes) merge(later notes) {
	for kind, f := range later.found {
		if n.found[kind].count == 0 {
			n.found[kind] = f
		} else {
			n.found[kind].count += f.count
		}
	}
}
