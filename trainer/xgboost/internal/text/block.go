package text

import (
	"bytes"
	"math"
)

var (
	nan       = float32(math.NaN())
	positive8 = float32(math.Inf(1))
)

func infinity(negative bool) float32 {
	if negative {
		return -positive8
	}
	return positive8
}

// block is the result of reading a part of the text that starts and ends at line ends.
type block struct {
	opts    Options
	width   int       // values per row in store; grows when a row is longer
	columns int       // 1 + highest feature index that had a value
	values  []float32 // rows × width, NaN = missing
	labels  []float32
	weights []float32
	odd     *OddError
	notes   notes
}

// parse reads data[begin:end). Bytes after end are readable, and read, by fields that run over their line.
func (b *block) parse(data []byte, begin, end int) {
	pos := begin
	for pos != end && isLineEnd(data[pos]) {
		pos++
	}
	b.reserve(data[pos:end])
	for pos != end {
		pos = skipBOM(data, pos, end)
		lineEnd := pos
		if pos != end && !isLineEnd(data[pos]) { // a mark on a line of its own, at which the library crashes, is a blank line
			lineEnd = findLineEnd(data, pos+1, end)
			b.row(data, pos, lineEnd)
		}
		if b.odd != nil {
			return
		}
		for lineEnd != end && isLineEnd(data[lineEnd]) {
			lineEnd++
		}
		pos = lineEnd
	}
}

// reserve guesses width and row count from the first line and the number of line ends.
func (b *block) reserve(text []byte) {
	if len(text) == 0 {
		return
	}
	first := text[:findLineEnd(text, 1, len(text))]
	b.width = max(1, bytes.Count(first, []byte{b.opts.Delimiter})+1-b.opts.leading())
	rows := bytes.Count(text, []byte{'\n'})
	if rows == 0 {
		rows = bytes.Count(text, []byte{'\r'})
	}
	rows++
	b.labels = make([]float32, 0, rows)
	if b.opts.Weights {
		b.weights = make([]float32, 0, rows)
	}
	if rows*b.width <= b.limit(len(text)) {
		b.values = make([]float32, 0, rows*b.width)
	}
}

// limit is how many cells a dense form may have: a field needs a byte, so a text with more cells than bytes is ragged.
func (b *block) limit(size int) int { return 2*size + 4096 }

// row reads one line. It follows the library's loop statement by statement; see the package comment.
func (b *block) row(data []byte, begin, end int) {
	if len(b.values)+b.width > b.limit(end) {
		b.odd = &OddError{Reason: "lines of very different lengths", offset: begin}
		return
	}
	start := len(b.values)
	b.extend(b.width)
	row := b.values[start:]
	label, weight := float32(0), nan
	column, feature, p, empty := 0, 0, begin, 0
	for p != end {
		v, next, ok := parseFloat(data, p)
		if !ok {
			b.odd = &OddError{Reason: "a NaN literal that is not closed", offset: p}
			return
		}
		if next > end && (b.opts.large || next > b.opts.textEnd) {
			b.odd = &OddError{Reason: "a field of white space that runs into the next line", offset: p}
			return
		}
		switch {
		case column == 0:
			label = v
		case column == 1 && b.opts.Weights:
			weight = v
		default:
			if next != p {
				if v > math.MaxFloat32 || v < -math.MaxFloat32 {
					b.odd = &OddError{Reason: "an infinite value", offset: p}
					return
				}
				if feature >= b.width {
					row = b.widen(feature+1, end)
					if b.odd != nil {
						return
					}
				}
				row[feature] = v
				b.columns = max(b.columns, feature+1)
			} else {
				empty++
			}
			feature++
		}
		stop := min(next, end)
		if next == p || next < end && data[next] != b.opts.Delimiter {
			b.notes.field(data, p, next, end, column, b.opts.Delimiter)
		}
		column++
		p = findDelimiter(data, stop, end, b.opts.Delimiter)
		if p == end {
			if feature == 0 {
				b.odd = &OddError{Reason: "a line without the delimiter", offset: begin}
				return
			}
			break
		}
		p++
	}
	b.notes.line(begin, empty, feature)
	b.finish(begin, label, weight)
}

func (b *block) finish(begin int, label, weight float32) {
	if b.opts.Weights {
		if !(weight >= 0) || math.IsInf(float64(weight), 0) {
			b.odd = &OddError{Reason: "a weight that is negative, infinite or missing", offset: begin}
			return
		}
		b.weights = append(b.weights, weight)
	}
	if math.IsNaN(float64(label)) || math.IsInf(float64(label), 0) {
		b.odd = &OddError{Reason: "a label that is infinite or not a number", offset: begin}
		return
	}
	b.labels = append(b.labels, label)
}

// extend appends n missing values.
func (b *block) extend(n int) {
	if cap(b.values)-len(b.values) < n {
		grown := make([]float32, len(b.values), 2*cap(b.values)+16*n)
		copy(grown, b.values)
		b.values = grown
	}
	start := len(b.values)
	b.values = b.values[:start+n]
	row := b.values[start:]
	for i := range row {
		row[i] = nan
	}
}

// widen gives all rows room for width values and returns the last one, whose label is not yet stored.
func (b *block) widen(width, end int) []float32 {
	rows := len(b.labels) + 1
	width = max(width, min(2*b.width, 1<<16))
	if rows*width > b.limit(end) {
		b.odd = &OddError{Reason: "lines of very different lengths", offset: end}
		return nil
	}
	values := restride(b.values, b.width, width, width)
	b.values, b.width = values, width
	return values[(rows-1)*width:]
}

// restride copies the first keep values of each row into rows of width to; the rest is missing.
func restride(values []float32, from, to, keep int) []float32 {
	rows := len(values) / from
	out := make([]float32, rows*to)
	keep = min(keep, from, to)
	for r := range rows {
		row := out[r*to : (r+1)*to]
		n := copy(row, values[r*from:r*from+keep])
		for i := n; i < to; i++ {
			row[i] = nan
		}
	}
	return out
}

func isLineEnd(c byte) bool { return c == '\n' || c == '\r' }

// findLineEnd returns the index of the first line end in data[from:end), or end.
func findLineEnd(data []byte, from, end int) int {
	if from >= end {
		return end
	}
	n := bytes.IndexByte(data[from:end], '\n')
	if n < 0 {
		n = end - from
	}
	if r := bytes.IndexByte(data[from:from+n], '\r'); r >= 0 {
		n = r
	}
	return from + n
}

func findDelimiter(data []byte, from, end int, delimiter byte) int {
	for from != end && data[from] != delimiter {
		from++
	}
	return from
}

// skipBOM skips a UTF-8 byte order mark. The library does so at every line.
func skipBOM(data []byte, pos, end int) int {
	if end-pos >= 3 && data[pos] == 0xEF && data[pos+1] == 0xBB && data[pos+2] == 0xBF {
		return pos + 3
	}
	return pos
}
