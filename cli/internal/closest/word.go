package closest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/internal/nearest"
)

// word is a word of a metric's name.
type word struct {
	text   string
	weight float64
}

const (
	sharedWeight = 1 // says which data or which step, and many metrics have it
	ownWeight    = 3
)

// shared are words that tell little, with other words for the same.
var shared = map[string][]string{
	"validation": {"val", "valid", "eval", "dev", "test", "holdout"},
	"test":       {"eval", "val", "validation"},
	"train":      {"training"},
	"final":      nil, "best": nil, "mean": {"avg", "average"}, "metric": nil, "score": nil, "epoch": nil,
}

// hump parts a name written in capitals in the middle: valAcc, F1Score.
var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

var parts = regexp.MustCompile(`[a-z][a-z0-9]*`)

// wordsOf are the words of a metric's name: validation and accuracy of validation:accuracy.
func wordsOf(metric string) []word {
	var list []word
	for _, text := range parts.FindAllString(strings.ToLower(hump.ReplaceAllString(metric, "$1 $2")), -1) {
		w := word{text, ownWeight}
		if isShared(text) {
			w.weight = sharedWeight
		}
		list = append(list, w)
	}
	return list
}

func isShared(text string) bool {
	for name, others := range shared {
		if text == name || slices.Contains(others, text) {
			return true
		}
	}
	return false
}

// likeness is how much a word of a line says the word: 1 is itself, 0 nothing.
func (w word) likeness(text string) float64 {
	switch {
	case text == w.text:
		return 1
	case len(text) >= 3 && strings.HasPrefix(w.text, text), len(w.text) >= 3 && strings.HasPrefix(text, w.text):
		return 0.8
	case slices.Contains(shared[w.text], text) || slices.Contains(shared[text], w.text):
		return 0.6
	case len(w.text) >= 5 && len(nearest.Words(w.text, []string{text})) > 0:
		return 0.5
	}
	return 0
}
