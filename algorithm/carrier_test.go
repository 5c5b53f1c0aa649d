package algorithm

import (
	"os"
	"strings"
	"testing"
)

// testdata/carrier_uris.tsv is what image_uris.retrieve("sklearn", region, version="1.2-1") of sagemaker 2.257.7 (Apache-2.0) returned
// for every region.
func TestCarrierAsSDK(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/carrier_uris.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		region, want, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if got, err := CarrierURI(region); err != nil || got != want {
			t.Errorf("%s: %s, %v; the SDK gives %s", region, got, err, want)
		}
		n++
	}
	if n < 30 {
		t.Errorf("%d regions, the SDK has more than 30", n)
	}
	if uri, err := CarrierURI("mars-north-1"); err == nil || !strings.Contains(err.Error(), "mars-north-1") {
		t.Errorf("unknown region: %s, %v", uri, err)
	}
}
