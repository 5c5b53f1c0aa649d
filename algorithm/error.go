package algorithm

import "fmt"

// UserError is a request that the algorithm refuses and the user can put right. Message is the container's text. The container
// ends with it as a framework error: exit code 1 and the message as the last line of /opt/ml/output/failure.
type UserError struct {
	Message string
}

func (e *UserError) Error() string { return e.Message }

// AlgorithmError is what the container raises when its own check fails in an unforeseen way, for instance on a
// monotone_constraints value that is one number. Message is the container's text.
type AlgorithmError struct {
	Message string
}

func (e *AlgorithmError) Error() string { return e.Message }

// PythonError is an exception that the container does not catch, such as KeyError for an eval_metric without an objective. Error
// gives the text as Python's str() does, for a KeyError the quoted key; the class appears only in the container's traceback.
type PythonError struct {
	Class   string // KeyError, NameError, SyntaxError, RecursionError
	Message string
}

func (e *PythonError) Error() string { return e.Message }

func userErrorf(format string, args ...any) error {
	return &UserError{Message: fmt.Sprintf(format, args...)}
}
