package xgboost

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
)

// failure is an error with the class that the container's traceback shows.
type failure struct {
	class string
	text  string
}

func (f *failure) Error() string { return f.text }

const exceptions = "sagemaker_algorithm_toolkit.exceptions."

// userError is a fault in the request or its data.
func userError(format string, args ...any) error {
	return &failure{exceptions + "UserError", fmt.Sprintf(format, args...)}
}

// platformError is a fault of what started the job.
func platformError(format string, args ...any) error {
	return &failure{exceptions + "PlatformError", fmt.Sprintf(format, args...)}
}

// trainError sorts an error of training as the container does: some texts of the library are the user's fault.
func trainError(err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	text := libraryText(err)
	for _, known := range customerErrors() {
		if strings.Contains(text, known) {
			return &failure{exceptions + "UserError", text}
		}
	}
	return &failure{exceptions + "AlgorithmError", "XGB train call failed with exception:\n " + text}
}

// libraryText is the error's text; of a library error without the empty lines at its end.
func libraryText(err error) string {
	if e, ok := errors.AsType[*capi.Error](err); ok {
		return strings.TrimRight(e.Text, "\n")
	}
	return err.Error()
}

// customerErrors are the texts that the container looks for, some of which no version of the library writes in this form.
func customerErrors() []string {
	return []string{
		"label must be in [0,1] for logistic regression",
		"label must be in [0, num_class)",
		"Target is multiclass but average='binary'",
		"feature_names mismatch",
		"Check failed: preds.size() == info.labels_.size()",
		"Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
		"Check failed: base_score > 0.0f && base_score < 1.0f base_score must be in (0,1) for logistic loss",
		"Check failed: label_correct PoissonRegression: label must be nonnegative",
		"Check failed: label_correct TweedieRegression: label must be nonnegative",
		"Parameter reg_lambda should be greater equal to 0",
	}
}

// report is the text of the failure file. Where the container has a Python traceback it ends with this line, so the text a person
// can act on stands within the first characters, which become the job's FailureReason.
func report(err error) string {
	return "framework error: \n" + classOf(err) + ": " + err.Error()
}

func classOf(err error) string {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.class
	}
	if _, ok := errors.AsType[*algorithm.UserError](err); ok {
		return exceptions + "UserError"
	}
	if _, ok := errors.AsType[*algorithm.AlgorithmError](err); ok {
		return exceptions + "AlgorithmError"
	}
	if e, ok := errors.AsType[*algorithm.PythonError](err); ok {
		return e.Class
	}
	return exceptions + "PlatformError"
}
