package container

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func writeSpecFile(t testing.TB, l Layout, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(l.Channel(SpecChannel), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.Channel(SpecChannel), name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSpecRoundTrip(t *testing.T) {
	t.Parallel()
	l := Layout{Root: t.TempDir()}
	if got, err := l.ReadSpec(); err != nil || !cmp.Equal(got, Spec{}) {
		t.Errorf("without the channel: %v, %v", got, err)
	}
	want := Spec{
		Version: 1,
		Values:  map[string]string{"text": strings.Repeat("ä\n\x00\"", 1000), "__proto__": "</script>\u2028"},
		Members: map[string]string{"model": "deep/model.bin", "all": "."},
		Search: &Search{
			Conditions: map[string]Condition{"momentum": {Parameter: "optimizer", In: []string{"momentum", "ädam\n"}}},
			Start:      []map[string]string{{"optimizer": "sgd", "rate": "0.1"}, {}},
		},
	}
	name, data, err := want.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	writeSpecFile(t, l, name, data)
	got, err := l.ReadSpec()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestSpecKey(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"job/sagefly/spec.json": "job/sagefly/spec.json", "job/sagefly/": "job/sagefly/spec.json", "job/sagefly": "job/sagefly/spec.json",
		"s3://b/spec.json": "s3://b/spec.json", "myspec.json": "myspec.json/spec.json",
	} {
		if got := SpecKey(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

func TestSpecErrors(t *testing.T) {
	t.Parallel()
	if _, _, err := (Spec{Values: map[string]string{"a": "\xff"}}).Marshal(); err == nil || !strings.Contains(err.Error(), `"a": not UTF-8`) {
		t.Errorf("a text that JSON changes: %v", err)
	}
	for want, s := range map[string]Search{
		`condition "m": not UTF-8`:             {Conditions: map[string]Condition{"m": {Parameter: "\xff"}}},
		`condition "n": not UTF-8`:             {Conditions: map[string]Condition{"n": {Parameter: "p", In: []string{"a", "\xff"}}}},
		`start point 1: value "r": not UTF-8`:  {Start: []map[string]string{{"r": "1"}, {"r": "\xff"}}},
		`start point 0: value "\xff": not UTF`: {Start: []map[string]string{{"\xff": "1"}}},
	} {
		if _, _, err := (Spec{Search: &s}).Marshal(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a search that JSON changes: %v, want %q", err, want)
		}
	}
	for content, want := range map[string]string{
		"":                                       "unexpected end of JSON input",
		`{"version":2}`:                          "version 2, this program knows version 1",
		`{}`:                                     "version 0",
		`{"version":1,"values":{"a":1}}`:         "cannot unmarshal number",
		`{"version":1,"search":{"start":{}}}`:    "cannot unmarshal object",
		`{"version":1,"members":{"m":"../x"}}`:   `channel "m": "../x" is no path inside an archive`,
		`{"version":1,"members":{"m":"/etc/x"}}`: "no path inside an archive",
	} {
		l := Layout{Root: t.TempDir()}
		writeSpecFile(t, l, specFile, []byte(content))
		if _, err := l.ReadSpec(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", content, err, want)
		}
	}
	l := Layout{Root: t.TempDir()}
	writeSpecFile(t, l, "other.json", nil)
	if _, err := l.ReadSpec(); err == nil || !strings.Contains(err.Error(), specFile) {
		t.Errorf("a channel without the file: %v", err)
	}
}

// The members are what the engine and the check before Create read, whichever version of the program wrote them.
func TestSpecSearchMembers(t *testing.T) {
	t.Parallel()
	_, data, err := Spec{Search: &Search{
		Conditions: map[string]Condition{"momentum": {Parameter: "optimizer", In: []string{"momentum"}}}, Start: []map[string]string{{"optimizer": "sgd"}},
	}}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(string(data)), "")
	want := `{"version":1,"search":{"conditions":{"momentum":{"parameter":"optimizer","in":["momentum"]}},"start":[{"optimizer":"sgd"}]}}`
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, data, _ := (Spec{}).Marshal(); strings.Contains(string(data), "search") {
		t.Errorf("a job of its own: %s", data)
	}
}

func FuzzSpec(f *testing.F) {
	f.Add([]byte(`{"version":1,"values":{"a":"b"},"members":{"m":"x/y"}}`))
	f.Add([]byte(`{"version":1,"members":{"m":"x/../../y"}}`))
	f.Add([]byte(`{"version":1,"search":{"conditions":{"a":{"parameter":"b","in":["c"]}},"start":[{"b":"d"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSpec(data)
		if err != nil {
			return
		}
		for _, m := range s.Members {
			if !filepath.IsLocal(m) {
				t.Fatalf("member %q", m)
			}
		}
		_, again, err := s.Marshal()
		if err != nil {
			t.Fatal(err) // what was JSON is UTF-8
		}
		if back, err := ParseSpec(again); err != nil || !cmp.Equal(s, back, cmpopts.EquateEmpty()) {
			t.Fatalf("%v %s", err, cmp.Diff(s, back))
		}
	})
}
