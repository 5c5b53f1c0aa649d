package closest_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/cli/internal/closest"
)

// Lines as the programs print them; which number is meant, and which expression finds it, was written down by hand.
func TestLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, metric string
		log          []string
		best         closest.Line
		others       int
	}{
		{
			"Keras, one line an epoch", "validation:accuracy",
			[]string{
				"Epoch 1/2", "45/45 - 1s - 14ms/step - accuracy: 0.8712 - loss: 0.4311 - val_accuracy: 0.9028 - val_loss: 0.3207",
				"Epoch 2/2", "45/45 - 0s - 2ms/step - accuracy: 0.9361 - loss: 0.2154 - val_accuracy: 0.9222 - val_loss: 0.2613",
			},
			closest.Line{
				Text:  "45/45 - 0s - 2ms/step - accuracy: 0.9361 - loss: 0.2154 - val_accuracy: 0.9222 - val_loss: 0.2613",
				Value: "0.9222", Pattern: `val_accuracy: ([-+0-9.eE]+)`,
			},
			0,
		},
		{
			"Keras, the training metric", "accuracy",
			[]string{"45/45 - 0s - 2ms/step - accuracy: 0.9361 - loss: 0.2154 - val_accuracy: 0.9222 - val_loss: 0.2613"},
			closest.Line{
				Text:  "45/45 - 0s - 2ms/step - accuracy: 0.9361 - loss: 0.2154 - val_accuracy: 0.9222 - val_loss: 0.2613",
				Value: "0.9361", Pattern: `accuracy: ([-+0-9.eE]+)`,
			},
			0,
		},
		{
			"scikit-learn's report", "accuracy",
			[]string{
				"              precision    recall  f1-score   support", "           0       0.90      0.86      0.88        50",
				"    accuracy                           0.87       100", "   macro avg       0.87      0.87      0.87       100",
			},
			closest.Line{Text: "    accuracy                           0.87       100", Value: "0.87", Pattern: `accuracy +([-+0-9.eE]+)`},
			0,
		},
		{
			"XGBoost, tabs as CloudWatch has them", "validation:rmse",
			[]string{"[8]#011train-rmse:1.20113#011validation-rmse:2.30000", "[9]#011train-rmse:1.10113#011validation-rmse:2.21507"},
			closest.Line{Text: "[9]#011train-rmse:1.10113#011validation-rmse:2.21507", Value: "2.21507", Pattern: `validation-rmse:([-+0-9.eE]+)`},
			0,
		},
		{
			"XGBoost, the first of two that are alike", "train:error",
			[]string{"[9]#011train-error:0.10113#011validation-error:0.21507"},
			closest.Line{Text: "[9]#011train-error:0.10113#011validation-error:0.21507", Value: "0.10113", Pattern: `train-error:([-+0-9.eE]+)`},
			0,
		},
		{
			"tqdm", "acc",
			[]string{"100%|██████████| 10/10 [00:01<00:00,  9.10it/s, acc=0.87, loss=0.31]"},
			closest.Line{Text: "100%|██████████| 10/10 [00:01<00:00,  9.10it/s, acc=0.87, loss=0.31]", Value: "0.87", Pattern: `acc=([-+0-9.eE]+)`},
			0,
		},
		{
			"JSON lines", "validation:f1",
			[]string{`{"epoch": 1, "loss": 0.52, "val_f1": 0.71}`, `{"epoch": 2, "loss": 0.41, "val_f1": 0.78}`, `{"event": "done", "files": 3}`},
			closest.Line{Text: `{"epoch": 2, "loss": 0.41, "val_f1": 0.78}`, Value: "0.78", Pattern: `"val_f1": ([-+0-9.eE]+)`},
			0,
		},
		{
			"Transformers' dictionary", "validation:accuracy",
			[]string{"{'eval_loss': 0.31, 'eval_accuracy': 0.86, 'eval_runtime': 1.2, 'epoch': 1.0}"},
			closest.Line{
				Text:  "{'eval_loss': 0.31, 'eval_accuracy': 0.86, 'eval_runtime': 1.2, 'epoch': 1.0}",
				Value: "0.86", Pattern: `'eval_accuracy': ([-+0-9.eE]+)`,
			},
			0,
		},
		{
			"a sentence of PyTorch's tutorial", "accuracy",
			[]string{"Accuracy of the network on the 10000 test images: 87.5 %"},
			closest.Line{
				Text:  "Accuracy of the network on the 10000 test images: 87.5 %",
				Value: "87.5", Pattern: `Accuracy of the network on the [0-9.]+ test images: ([-+0-9.eE]+)`,
			},
			0,
		},
		{
			"other letters, an exponent", "val_loss",
			[]string{"2026-01-02 10:11:12,345 INFO Val Loss = 1.5e-05"},
			closest.Line{Text: "2026-01-02 10:11:12,345 INFO Val Loss = 1.5e-05", Value: "1.5e-05", Pattern: `Val Loss = ([-+0-9.eE]+)`},
			0,
		},
		{
			"a negative value at a sentence's end", "r2",
			[]string{"the r2 is -0.25."},
			closest.Line{Text: "the r2 is -0.25.", Value: "-0.25", Pattern: `r2 is ([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)`},
			0,
		},
		{
			"an epoch in parentheses", "validation:loss",
			[]string{"Validation Loss (4): 4.0%"},
			closest.Line{Text: "Validation Loss (4): 4.0%", Value: "4.0", Pattern: `Validation Loss \([0-9.]+\): ([-+0-9.eE]+)`},
			0,
		},
		{
			"a value in parentheses", "loss",
			[]string{"loss (0.25)"},
			closest.Line{Text: "loss (0.25)", Value: "0.25", Pattern: `loss \(([-+0-9.eE]+)`},
			0,
		},
		{
			"not a number", "loss",
			[]string{"loss: nan"},
			closest.Line{Text: "loss: nan", Value: "nan"},
			0,
		},
		{
			"a word that is misspelt", "validation:accuracy",
			[]string{"reading 300 rows", "acuracy=0.5", "validation took 3 s"},
			closest.Line{Text: "acuracy=0.5", Value: "0.5", Pattern: `acuracy=([-+0-9.eE]+)`},
			0,
		},
		{
			"lines of several shapes", "f1",
			[]string{"F1=0.5", "F1 = 0.871", "macro f1 score of class 3: 0.4", "best f1 0.9 so far"},
			closest.Line{Text: "F1 = 0.871", Value: "0.871", Pattern: `F1 = ([-+0-9.eE]+)`},
			3,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := closest.Lines(c.log, c.metric)
			if len(got) == 0 {
				t.Fatal("nothing was found")
			}
			if d := cmp.Diff(c.best, got[0]); d != "" {
				t.Errorf("best (-want +got):\n%s", d)
			}
			if len(got) != 1+c.others {
				t.Errorf("%d lines, want %d: %q", len(got), 1+c.others, got)
			}
		})
	}
}

func TestNothingIsClose(t *testing.T) {
	t.Parallel()
	log := []string{"hello", "reading 300 rows", "f1-score", "accuracy", "2026-01-02 12:00:00", ""}
	if got := closest.Lines(log, "validation:accuracy"); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func TestAtMostFive(t *testing.T) {
	t.Parallel()
	var log []string
	for i := range 9 {
		log = append(log, strings.Repeat("x", i)+" loss 0.5")
	}
	if got := closest.Lines(log, "loss"); len(got) != 5 {
		t.Errorf("%d lines", len(got))
	}
}

// Whatever is printed, a pattern finds the very number that it was made for.
func FuzzLines(f *testing.F) {
	for _, line := range []string{
		"[9]#011train-rmse:1.1#011validation-rmse:2.2", `{"val_f1": 0.78}`, "acc=acc=0.1 acc=1e5.", "loss: -.5e-3, loss 7%", "ACC\x00\xff acc +1.",
	} {
		f.Add(line, "validation:acc")
		f.Add(line, "loss")
	}
	f.Fuzz(func(t *testing.T, line, metric string) {
		for _, l := range closest.Lines([]string{line}, metric) {
			if l.Pattern == "" {
				continue
			}
			re, err := regexp.Compile(l.Pattern)
			if err != nil {
				t.Fatal(err)
			}
			if found := re.FindStringSubmatch(l.Text); len(found) != 2 || found[1] != l.Value {
				t.Errorf("%q finds %q, not %q", l.Pattern, found, l.Value)
			}
		}
	})
}
