package closest

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// escape is a control character as CloudWatch has it: #011 is a TAB.
	escape = regexp.MustCompile(`#0[0-3][0-7]`)
	// numeral is what looks like a number; which of them are, the characters around them say.
	numeral = regexp.MustCompile(`[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|(?i:nan|[-+]?inf(?:inity)?)`)
	spoken  = regexp.MustCompile(`[A-Za-z]+[0-9]*`)
)

// plain is the line with blanks in place of escapes, each character where it was.
func plain(text string) string {
	return escape.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
}

// numbers are the numbers of a line that stand for themselves: neither a part of a word, nor of a time or a date.
func numbers(text string) []span {
	var list []span
	for _, at := range numeral.FindAllStringIndex(text, -1) {
		from, to := at[0], at[1]
		if text[to-1] == '.' { // the end of a sentence
			to--
		}
		if from > 0 && (text[from] == '-' || text[from] == '+') && joins(text[from-1]) { // 2024-05, epoch-3
			from++
		}
		if from > 0 && joins(text[from-1]) || to < len(text) && joins(text[to]) {
			continue
		}
		list = append(list, span{from, to})
	}
	return list
}

// withoutRemarks leaves out what is in parentheses by itself, as in "Loss (4): 0.5", unless there is nothing else.
func withoutRemarks(line string, all []span) []span {
	rest := slices.DeleteFunc(slices.Clone(all), func(n span) bool {
		return strings.HasSuffix(line[:n.from], "(") && strings.HasPrefix(line[n.to:], ")")
	})
	if len(rest) == 0 {
		return all
	}
	return rest
}

// joins says that a character makes one word of itself and a digit beside it.
func joins(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}

// best is the number of the line that is most likely the metric's; false when no word of it stands before any.
func best(text string, wanted []word) (candidate, bool) {
	line := plain(text)
	all := withoutRemarks(line, numbers(line))
	top := candidate{}
	for i, n := range all {
		near := 0
		if i > 0 {
			near = all[i-1].to
		}
		c := rate(line, n, near, wanted)
		if c.score > top.score {
			top = c
		}
	}
	top.text = text
	return top, top.score > 0
}

// rate says how much the words before a number speak for the metric. Words before the number that comes before it, which ends at
// near, count half.
func rate(line string, n span, near int, wanted []word) candidate {
	c := candidate{number: n, anchor: n.from}
	words := spoken.FindAllStringIndex(line[:n.from], -1)
	last := 0
	for _, w := range wanted {
		likeness, at := nearestLike(line, words, w, near)
		if likeness == 0 {
			continue
		}
		c.score += w.weight * likeness
		c.telling = c.telling || w.weight == ownWeight
		c.anchor, last = min(c.anchor, at.from), max(last, at.to)
	}
	if c.score == 0 {
		return c
	}
	c.anchor = tokenStart(line, c.anchor)
	c.score += manner(line, n, last) - 0.2*float64(strangers(line[c.anchor:n.from], wanted))
	return c
}

// nearestLike is the word before the number that is most like the wanted one, of equals the last.
func nearestLike(line string, words [][]int, w word, near int) (float64, span) {
	top, at := 0.0, span{}
	for _, s := range words {
		likeness := w.likeness(strings.ToLower(line[s[0]:s[1]]))
		if s[0] < near {
			likeness /= 2
		}
		if likeness > 0 && likeness >= top {
			top, at = likeness, span{s[0], s[1]}
		}
	}
	return top, at
}

// manner is what speaks for a number by itself: it follows its name at once, has a fraction, and counts nothing.
func manner(line string, n span, name int) float64 {
	score := 0.0
	if strings.Trim(line[name:n.from], " \t:=\"'>|") == "" {
		score++
	}
	if strings.Contains(line[n.from:n.to], ".") {
		score += 0.5
	}
	if rest := line[n.to:]; len(rest) > 1 && (rest[0] == '/' || rest[0] == ' ' && joins(rest[1]) && rest[1] > '9') { // 10/10, 50 images
		score -= 1.5
	}
	return score
}

// strangers counts the words that the metric's name does not have, up to five.
func strangers(text string, wanted []word) int {
	n := 0
	for _, s := range spoken.FindAllString(text, -1) {
		known := false
		for _, w := range wanted {
			known = known || w.likeness(strings.ToLower(s)) > 0
		}
		if !known {
			n++
		}
	}
	return min(n, 5)
}

// tokenStart goes back to where the token begins that holds a place: val_accuracy of accuracy.
func tokenStart(line string, at int) int {
	for at > 0 && (joins(line[at-1]) || strings.IndexByte("-./\"'", line[at-1]) >= 0) {
		at--
	}
	return at
}
