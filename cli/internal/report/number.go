package report

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// digits is a number for reading: four significant digits, all of a whole number's, and of one just below 1 two of what it lacks. The script has
// the same rule.
func digits(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return strconv.FormatFloat(v, 'g', -1, 64)
	case a >= 1e15 || a < 1e-4 && a > 0:
		return trimmed(strconv.FormatFloat(v, 'g', 4, 64))
	case v == math.Trunc(v) || a >= 1e4:
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	case a > 0.999 && a < 1:
		return trimmed(strconv.FormatFloat(v, 'f', min(int(math.Ceil(-math.Log10(1-a)))+1, 17), 64))
	}
	return trimmed(strconv.FormatFloat(v, 'g', 4, 64))
}

// trimmed is the shortest text of the same number.
func trimmed(text string) string {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// percent is a share for reading.
func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// lasting is a span of time for reading: its two greatest units.
func lasting(d time.Duration) string {
	switch d = d.Round(time.Millisecond); {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	switch s := int64(d.Round(time.Second).Seconds()); {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
