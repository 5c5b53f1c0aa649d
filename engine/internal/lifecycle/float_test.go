package lifecycle

import (
	"encoding/json"
	"math"
	"testing"
)

// A job whose last metric was infinite could not be described: the AWS SDK for Go read "+Inf" as no number. The words are
// those of Smithy's awsJson1_1 protocol.
func TestFloatIsWhatClientsRead(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{math.Inf(1): `"Infinity"`, math.Inf(-1): `"-Infinity"`, 0.5: "0.5", -1e300: "-1e+300"} {
		data, err := json.Marshal(Float(v))
		if err != nil || string(data) != want {
			t.Errorf("%v is written as %s, %v, want %s", v, data, err, want)
		}
		var back Float
		if err := json.Unmarshal(data, &back); err != nil || float64(back) != v {
			t.Errorf("%s is read as %v, %v", data, back, err)
		}
	}
	if data, err := json.Marshal(Float(math.NaN())); err != nil || string(data) != `"NaN"` {
		t.Errorf("not-a-number is written as %s, %v", data, err)
	}
	var old Float
	if err := json.Unmarshal([]byte(`"+Inf"`), &old); err != nil || !math.IsInf(float64(old), 1) { // as older directories have it
		t.Errorf("%v, %v", old, err)
	}
}
