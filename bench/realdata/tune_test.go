package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What `sagefly tune --csv` wrote.
const written = `trial,name,status,started,seconds,reason,eta,num_round,validation:rmse
1,a-001-ffed95cc,Completed,2026-11-25T22:35:11Z,1,,0.2,33,2.17507
2,a-002-d1ce54f2,Completed,2026-11-25T22:35:11Z,3,,0.20870464792990387,136,2.21208
`

func TestReadTrials(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "trials.csv")
	if err := os.WriteFile(file, []byte(written), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readTrials(file, "validation:rmse")
	if err != nil {
		t.Fatal(err)
	}
	want := []trial{
		{0, map[string]string{"eta": "0.2", "num_round": "33"}, 2.17507, 1},
		{1, map[string]string{"eta": "0.20870464792990387", "num_round": "136"}, 2.21208, 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("trials (-want +got):\n%s", diff)
	}
}

// A trial without an objective, or one that is missing, is no search to compare.
func TestReadTrialsRefusesHoles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no objective": "trial,seconds,validation:rmse\n1,1,\n",
		"a gap":        "trial,seconds,validation:rmse\n2,1,3\n",
	} {
		file := filepath.Join(t.TempDir(), "trials.csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readTrials(file, "validation:rmse"); err == nil {
			t.Errorf("%s: got %v, want an error", name, got)
		}
	}
}
