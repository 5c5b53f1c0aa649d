package api

import (
	"errors"
	"fmt"
)

// Error is an answer of the API that refuses a request. Code is the bare error code ("ValidationException"), Message
// AWS's text; Status the HTTP status, 400 for the caller's mistakes and 500 for ours. Path leads to the member of the
// request that is meant, in the form of Violation.Path; nil where there is none or more than one.
type Error struct {
	Code, Message string
	Status        int
	Path          []string
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code
	}
	return e.Code + ": " + e.Message
}

// Is reports whether target is an *Error with the same code and, where target has one, the same message.
// errors.Is(err, &api.Error{Code: "ResourceInUse"}) asks for a code.
func (e *Error) Is(target error) bool {
	t, ok := errors.AsType[*Error](target)
	return ok && t.Code == e.Code && (t.Message == "" || t.Message == e.Message)
}

func clientError(code, message string) *Error {
	return &Error{Code: code, Message: message, Status: 400}
}

// ValidationError is the ValidationException with the given text, the code of most refusals.
func ValidationError(format string, args ...any) *Error {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return clientError("ValidationException", format)
}

// NotFound is the answer to Describe, Stop, Update or Delete of a training job that does not exist, and to tag
// operations on such an ARN. It is a ValidationException, not ResourceNotFound: Airflow, ACK and botocore's waiter
// depend on the code, Terraform and the old AWS operator on the words. For tag operations on training jobs the text
// is taken over from Describe; AWS's own is not confirmed.
func NotFound() *Error { return ValidationError("Requested resource not found.") }

// NameTaken is the answer to CreateTrainingJob for a name that a job of the account and region has; arn is that job's.
// The code is ResourceInUse, by which flytekit's connector and Terraform recognise a repeated create.
func NameTaken(arn string) *Error {
	return clientError("ResourceInUse", "Training job names must be unique within an AWS account and region, "+
		"and a training job with this name already exists ("+arn+")")
}

// NotRunning is the answer to StopTrainingJob for a job that has ended; status is its TrainingJobStatus.
// The words are AWS's: the Jupyter scheduler and grand-challenge match "rejected because the training job is in
// status". flytekit's connector looks for "non-running" instead, which AWS does not say, so it sees the same error
// here as on AWS.
func NotRunning(status string) *Error {
	return ValidationError("The request was rejected because the training job is in status %s.", status)
}

// NotEnded is the answer to DeleteTrainingJob for a job that has not ended. The code is declared by the model; the
// words follow StopTrainingJob's and are not confirmed.
func NotEnded(status string) *Error {
	return clientError("ResourceInUse", "The request was rejected because the training job is in status "+status+".")
}

// TuningNotFound is the answer to Describe, Stop or Delete of a tuning job that does not exist. Code and words are AWS's:
// the old AWS operator matches the beginning of the sentence, ACK and Terraform the code.
func TuningNotFound(name string) *Error {
	return clientError("ResourceNotFound", "Amazon SageMaker can't find a tuning job called "+name+". Type another name.")
}

// TuningNameTaken is the answer to CreateHyperParameterTuningJob for a name that a tuning job of the account and region
// has. Code and words are AWS's.
func TuningNameTaken(name string) *Error {
	return clientError("ResourceInUse", "A hyperparameter tuning job with the name, "+name+", already exists. Choose a different name.")
}

// TuningNotRunning is the answer to StopHyperParameterTuningJob for a job that has ended; status is its
// HyperParameterTuningJobStatus. The code is AWS's, by which the Python SDK's stop_tuning_job passes over it; the words
// are not confirmed. They contain what two clients look for: "already" (Terraform) and "non-running" (flytekit).
func TuningNotRunning(status string) *Error {
	return ValidationError("The request was rejected because the hyperparameter tuning job is already in the non-running status %s.", status)
}

// TuningNotEnded is the answer to DeleteHyperParameterTuningJob for a job that has not ended. The model declares no error
// for the operation; code and the words "not in a terminal state" are AWS's, by which Terraform stops the job and tries
// again, the rest is not confirmed.
func TuningNotEnded(status string) *Error {
	return ValidationError("The request was rejected because the hyperparameter tuning job is not in a terminal state. Its status is %s.", status)
}

// NoObjective is the answer to CreateHyperParameterTuningJob for an image of one's own whose metric definitions do not
// have the objective. Code and words are AWS's.
func NoObjective() *Error {
	return ValidationError("A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions.")
}

// LimitExceeded is the answer to a create that exceeds an account's quota, "ml.p3.2xlarge for training job usage": limit
// instances are allowed, used are in use and delta more were asked for.
func LimitExceeded(quota string, limit, used, delta int) *Error {
	return clientError("ResourceLimitExceeded", fmt.Sprintf("The account-level service limit '%s' "+
		"is %d Instances, with current utilization of %d Instances and a request delta of %d Instances. "+
		"Please contact AWS support to request an increase for this limit.", quota, limit, used, delta))
}

// TooManyTags is the answer to AddTags that would leave a resource with more than 50 tags (words not confirmed).
func TooManyTags() *Error {
	return clientError("ResourceLimitExceeded", "The number of tags for the resource exceeds the limit of 50.")
}

// NoObjects is the answer to CreateTrainingJob for a channel whose S3Uri names nothing: the region, role ARN and
// bucket appear in the text.
func NoObjects(uri, region, role, bucket string) *Error {
	return ValidationError("No S3 objects found under S3 URL %q given in input data source. Please ensure that the bucket "+
		"exists in the selected region (%s), that objects exist under that S3 prefix, and that the role %q has "+
		"\"s3:ListBucket\" permissions on bucket %q.", uri, region, role, bucket)
}

// InvalidImage is the answer to CreateTrainingJob for a TrainingImage that cannot be one.
func InvalidImage() *Error {
	return ValidationError("Invalid training image. Please provide a valid Amazon Elastic Container Registry path of the Docker image to run.")
}

// InvalidToken is the answer to a NextToken that this API did not give out; reason says what is wrong with it.
func InvalidToken(reason string) *Error {
	return ValidationError("Invalid pagination token because %q.", reason)
}

// Throttled is the answer that makes every SDK slow down and try again.
func Throttled() *Error { return clientError("ThrottlingException", "Rate exceeded") }

// UnknownOperation is the answer to an X-Amz-Target that names no operation served here. AWS sends no message; name
// and the reason are ours, because Known operations that an engine does not serve would otherwise look misspelled.
func UnknownOperation(op string) *Error {
	if Known(op) {
		return clientError("UnknownOperationException", "SageMaker has the operation "+op+", but this endpoint does not serve it.")
	}
	return clientError("UnknownOperationException", fmt.Sprintf("SageMaker has no operation %q.", op))
}

// Malformed is the answer to a body that does not have the types of the request; AWS leaves message empty when the
// body is no JSON at all.
func Malformed(message string) *Error { return clientError("SerializationException", message) }

// AccessDenied is the answer to a caller who may not do this; principal and resource are ARNs. The words follow AWS's
// general form for every service and are not confirmed for this one.
func AccessDenied(principal, action, resource string) *Error {
	return clientError("AccessDeniedException", fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s "+
		"because no identity-based policy allows the %s action", principal, action, resource, action))
}

// ExplicitlyDenied is the answer to a caller to whom a policy denies this; likewise.
func ExplicitlyDenied(principal, action, resource string) *Error {
	return clientError("AccessDeniedException", fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s "+
		"with an explicit deny in an identity-based policy", principal, action, resource))
}

// CannotAssume is the answer to CreateTrainingJob for a role that does not exist or does not trust the service. Terraform and the
// SDKs look for its beginning.
func CannotAssume(role string) *Error {
	return ValidationError("Could not assume role %s. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.", role)
}

// OutputDenied is the answer to CreateTrainingJob for an output bucket that the role may not write to, or that is not there. The
// beginning is AWS's, by which Terraform recognises it; the rest is ours.
func OutputDenied(uri, role string) *Error {
	return ValidationError("Access denied to OutputDataConfig S3 bucket: %s. Please ensure that the bucket exists in the selected region and that the role %q has \"s3:PutObject\" permissions on it.", uri, role)
}

// Unsigned is the answer to a request without a signature (words not confirmed for this service, as in the next two).
func Unsigned() *Error {
	return clientError("MissingAuthenticationTokenException", "Missing Authentication Token")
}

// UnknownKey is the answer to a request signed with an access key that does not exist.
func UnknownKey() *Error {
	return clientError("UnrecognizedClientException", "The security token included in the request is invalid.")
}

// BadSignature is the answer to a request whose signature does not fit its content.
func BadSignature() *Error {
	return clientError("InvalidSignatureException", "The request signature we calculated does not match the signature you "+
		"provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}

// Internal is the answer to a failure of the engine itself; details belong into the log.
func Internal() *Error { return &Error{Code: "InternalFailure", Message: "", Status: 500} }

// Unavailable is the answer while the engine starts or stops; clients try again.
// The words are not confirmed.
func Unavailable() *Error {
	return &Error{Code: "ServiceUnavailable", Message: "Service is unavailable. Please try again later.", Status: 503}
}
