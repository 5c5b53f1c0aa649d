//go:build !sagefly_task

package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// duration is a time span as people write it: 0.4 s, 12 s, 3:05, 1:02:03.
func duration(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// age is how long ago something was: now, 12 s, 5 min, 3 h, 2 d.
func age(d time.Duration) string {
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d d ago", int(d.Hours())/24)
}

// size is a number of bytes: 812 B, 1.2 kB, 61 MB.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v := float64(n)
	unit := ""
	for _, unit = range []string{"kB", "MB", "GB", "TB"} {
		if v /= 1000; v < 999.5 {
			break
		}
	}
	if v < 9.95 {
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
}

// number is a metric's value. The API carries it as a float32: it is printed as short as that allows, but with five
// decimals at least, as training programs print them.
func number(v float32) string {
	short := strconv.FormatFloat(float64(v), 'g', -1, 32)
	if strings.ContainsAny(short, "eIN") {
		return short
	}
	if _, decimals, _ := strings.Cut(short, "."); len(decimals) < 5 {
		return strconv.FormatFloat(float64(v), 'f', 5, 32)
	}
	return short
}

// plural is "1 row" or "3 rows".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// shellQuote makes a word that a POSIX shell reads as s.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@+%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// shellLine is a command line that can be pasted.
func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return strings.Join(quoted, " ")
}

// table writes rows as aligned columns, two spaces apart, without trailing spaces.
func table(rows [][]string) []string {
	widths := columnWidths(rows)
	lines := make([]string, len(rows))
	for n, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-visible(cell)+2))
			}
		}
		lines[n] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], visible(cell))
		}
	}
	return widths
}

// fitted leaves out the last columns of rows that would be too wide as a table, but none of the first few. The head, which is the first row,
// says how many. A width below 1 is no limit.
func fitted(rows [][]string, few, width int) [][]string {
	wide := func(columns []int) int {
		total := 2 * (len(columns) - 1)
		for _, w := range columns {
			total += w
		}
		return total
	}
	widths, mark := columnWidths(rows), ""
	n, room := len(widths), wide(widths)
	for width > 0 && room > width && n > few {
		n--
		mark = fmt.Sprintf("… %d more", len(widths)-n)
		room = wide(append(slices.Clone(widths[:n]), visible(mark)))
	}
	switch {
	case mark == "":
		return rows
	case room > width:
		mark = "…"
	}
	cut := make([][]string, len(rows))
	for i, row := range rows {
		cut[i] = slices.Clip(row[:n])
	}
	cut[0] = append(cut[0], mark)
	return cut
}

// visible is the number of characters a cell takes on the screen.
func visible(s string) int { return len([]rune(stripEscapes(s))) }
