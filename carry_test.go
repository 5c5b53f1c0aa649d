//go:build !sagefly_task

package sagefly_test

import (
	"math/big"
	"net/netip"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
)

// Every kind of value, and hostile texts, arrive unchanged in a real job and come back unchanged: by hyperparameters where they
// fit, and by the spec channel where they do not.
func TestValuesRoundTrip(t *testing.T) {
	t.Parallel()
	if n := reflect.TypeFor[luggage]().NumField(); n < 60 {
		t.Fatalf("%d fields", n)
	}
	target := local(t)
	result, err := carry.Run(t.Context(), target, packed())
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{
		cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmp.Comparer(func(a, b *big.Int) bool { return a != nil && b != nil && a.Cmp(b) == 0 }),
	}
	if diff := cmp.Diff(packed(), result.Output.Bag, same); diff != "" {
		t.Errorf("(-sent +came back):\n%s", diff)
	}
	parameters := result.Describe.HyperParameters
	for name, want := range map[string]string{"int64": "-9223372036854775808", "third": "0.3333333333333333", "optimizer.decay.steps": "9", "__proto__": "constructor"} {
		if parameters[name] != want {
			t.Errorf("hyperparameter %s is %q, want %q", name, parameters[name], want)
		}
	}
	for _, name := range []string{"newlines", "long", "long2501", "control"} {
		if text, ok := parameters[name]; ok {
			t.Errorf("hyperparameter %s is %.20q, which the API does not carry", name, text)
		}
	}
	if _, ok := parameters["long2500"]; !ok {
		t.Error("2,500 characters are not among the hyperparameters, which carry them")
	}
}

func TestRoundTripAsTexts(t *testing.T) {
	t.Parallel()
	target := local(t)
	request, err := sagefly.Prepare(t.Context(), report, target, map[string]string{
		"train": folder(t, map[string]string{"a": "1\n"}), "note": "--leading \"dash\"",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := request.HyperParameters; got["learning_rate"] != "0.1" || got["note"] != "--leading \"dash\"" {
		t.Errorf("hyperparameters %v, want the default and the text", got)
	}
	if len(request.InputDataConfig) != 1 {
		t.Errorf("%d channels; what fits needs no spec channel", len(request.InputDataConfig))
	}
	_, err = sagefly.Prepare(t.Context(), report, target, map[string]string{"trian": "x", "learning_rate": "fast"})
	for _, part := range []string{"task report: ", "trian", "train", "Rate", "fast"} {
		if err == nil || !contains(err.Error(), part) {
			t.Errorf("%v lacks %q", err, part)
		}
	}
}
