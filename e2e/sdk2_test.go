package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// SageMaker SDK 2: Estimator(image).fit() with logs; role and bucket come from the defaults file that `sagefly env` names.
func TestSDK2Fits(t *testing.T) {
	t.Parallel()
	e := serve(t)
	out := e.python(t, "sdk2_fit.py", image(t, e, "1.7-1"))
	for _, want := range []string{"[9]", "validation-rmse:", "Training seconds:", "Billable seconds:"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output of fit lacks %q:\n%s", want, out)
		}
	}
	if !regexp.MustCompile(`(?m)^model: s3://[^/]+/.*abalone-sdk-.*/output/model\.tar\.gz$`).MatchString(out) {
		t.Errorf("no model where the SDK puts it:\n%s", out)
	}
}
