// Package xgboost is the hyperparameters of SageMaker's XGBoost as a Go struct, for typed tasks:
//
//	var Churn = sagefly.NewBuiltin("churn", xgboost.Latest, sagefly.TrainingConfig{})
//
//	result, err := Churn.Run(ctx, target, sagefly.BuiltinInput[xgboost.Params]{
//		Params: xgboost.Params{NumRound: 100, Objective: "binary:logistic", Lambda: new(0.0)},
//		Train:  "data/train",
//	})
//
// # Zero values
//
// A field at its zero value is not sent, and the library's default holds. Where zero is a value of its own that differs from
// the default, such as no penalty (Lambda), the field is a pointer: nil is not sent, new(0.0) is. A rate of 0 (Eta), no bins (MaxBin)
// and a distribution without width (AFTLossDistributionScale) are good for nothing and cannot be sent by the struct.
//
// # Versions
//
// [Params] has the hyperparameters of all versions; each field's comment names the versions that lack it. A version's own checks, with the
// messages of its container, are made before a job is created: see [algorithm.Version.Validate].
package xgboost

import (
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
)

//go:generate go run ../../internal/gen/params xgboost z_params.go

// Version is an image tag of XGBoost, such as [V3_0_5].
type Version string

// Algorithm is the algorithm's name in the catalogue.
func (v Version) Algorithm() string { return "xgboost" }

// Tag is the image's tag.
func (v Version) Tag() string { return string(v) }

// Params is the zero value of the version's hyperparameters: by its type a task knows what its input is.
func (v Version) Params() Params { return Params{} }

// Facts is what the catalogue knows of the version. The error names the tags that exist.
func (v Version) Facts() (algorithm.Version, error) {
	a, _ := algorithm.Lookup(v.Algorithm())
	return a.Version(v.Tag())
}

// Names is a list of names. Its text has commas between them: auc,logloss.
type Names []string

// MarshalText is the list as the container reads it.
func (n Names) MarshalText() ([]byte, error) { return []byte(strings.Join(n, ",")), nil }

// UnmarshalText reads what MarshalText gives.
func (n *Names) UnmarshalText(text []byte) error {
	*n = nil
	if len(text) > 0 {
		*n = strings.Split(string(text), ",")
	}
	return nil
}

// Signs has one of -1, 0 and 1 for each column. Its text is a Python tuple: (1,0,-1).
type Signs []int

// MarshalText is the tuple. One of a single element is written as Python wants it: (1,).
func (s Signs) MarshalText() ([]byte, error) {
	texts := make([]string, len(s))
	for i, sign := range s {
		texts[i] = strconv.Itoa(sign)
	}
	if len(s) == 1 {
		texts = append(texts, "")
	}
	return []byte("(" + strings.Join(texts, ",") + ")"), nil
}

// UnmarshalText reads a tuple or a list.
func (s *Signs) UnmarshalText(text []byte) error {
	*s = nil
	for part := range strings.SplitSeq(strings.Trim(string(text), "()[] "), ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		sign, err := strconv.Atoi(part)
		if err != nil {
			return err
		}
		*s = append(*s, sign)
	}
	return nil
}
