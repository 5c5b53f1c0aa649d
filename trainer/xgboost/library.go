package xgboost

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sagefly/sagefly/internal/libxgboost"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
)

// open loads the library of exactly the wanted version. The error says where it was looked for, what was found instead, and the
// command that installs it.
func open(s libxgboost.Search, version string) (*capi.Library, error) {
	if err := calmThreads(); err != nil {
		return nil, err
	}
	var tried []string
	for _, c := range libxgboost.Candidates(s, version) {
		lib, err := capi.Open(c.Path)
		if err != nil {
			tried = append(tried, fmt.Sprintf("%s: %v", c.Source, err))
			continue
		}
		if lib.Version().String() == version {
			return lib, nil
		}
		tried = append(tried, fmt.Sprintf("%s: %s is version %s", c.Source, c.Path, lib.Version()))
		if err := lib.Close(); err != nil {
			tried = append(tried, err.Error())
		}
	}
	return nil, errors.New(missing(s, version, tried))
}

func missing(s libxgboost.Search, version string, tried []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "no XGBoost %s library found, and no other version gives the same models. Install it: sagefly xgboost install %s", version, version)
	if len(tried) > 0 {
		b.WriteString("\nFound and not used:")
		for _, t := range tried {
			b.WriteString("\n  " + t)
		}
	}
	b.WriteString("\nLooked in:")
	for _, p := range libxgboost.Places(s, version) {
		b.WriteString("\n  " + p)
	}
	return b.String()
}

// calmThreads makes OpenMP's idle threads sleep instead of spin, which on busy machines is a matter of milliseconds against seconds.
// It has to happen before the library is loaded and does not change results. A user's own setting wins.
func calmThreads() error {
	if _, set := os.LookupEnv("OMP_WAIT_POLICY"); set {
		return nil
	}
	return os.Setenv("OMP_WAIT_POLICY", "passive")
}
