// Package cloud is AWS as a target: what is checked before a job is created, how jobs are watched within the API's
// request budgets, and where their logs are read. It takes an AWS configuration and a request and knows no tasks, so that
// the typed API, the commands and the Flyte connector share it.
//
//	report, err := cloud.Check(ctx, config, request) // every reason not to start, at once
package cloud

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/image"
)

// Finding is one reason why a job would not run.
type Finding struct {
	Code  string   // stable, for programs; the constants below
	What  string   // stands alone, lower case
	Where string   // request member = value
	Why   string   // the fact that was checked
	Fix   []string // commands or edits
	Quota bool     // a matter of quota or capacity
}

// Codes of findings, worst first.
const (
	CodeRoleMissing    = "role-missing"       // no such role, or another path
	CodeRoleTrust      = "role-trust"         // SageMaker may not assume it
	CodeCreateDenied   = "create-denied"      // the caller may not create, describe or tag the job
	CodePassRole       = "pass-role"          // the caller may not give the role to a job
	CodeBucketMissing  = "bucket-missing"     //
	CodeBucketRegion   = "bucket-region"      //
	CodePrefixEmpty    = "prefix-empty"       // no objects for a channel
	CodeImageMissing   = "image-missing"      // no repository or no such tag
	CodeImageRegion    = "image-region"       //
	CodeImagePlatform  = image.CodePlatform   // not linux/amd64
	CodeImageFormat    = image.CodeFormat     // an index of images, or media types that a job does not take
	CodeImageRegistry  = "image-registry"     // not in ECR
	CodeRoleDenied     = "role-denied"        // the role may not read, write, pull or log what the job needs
	CodeSearch         = "search-conditional" // parts of a search that AWS's tuner does not have
	CodeQuota          = "quota"              //
	CodeCredentials    = "credentials"        // of Explain: none, expired or not valid
	CodeUnreachable    = "unreachable"        // of Explain
	CodeRequestInvalid = "request-invalid"    // a member cannot be read
)

// order is how bad a finding is: what stops everything first.
var order = [...]string{
	CodeRequestInvalid, CodeCredentials, CodeUnreachable, CodeSearch, CodeRoleMissing, CodeRoleTrust, CodeCreateDenied, CodePassRole,
	CodeBucketMissing, CodeBucketRegion, CodePrefixEmpty, CodeImageRegistry, CodeImageRegion, CodeImageMissing, CodeImageFormat,
	CodeImagePlatform, CodeRoleDenied, CodeQuota,
}

// Report is everything that Check found.
type Report struct {
	Findings []Finding // reasons not to start, worst first
	Unknown  []string  // what could not be checked, and why: missing permissions, other accounts' resources
}

// String is the finding in one line.
func (f Finding) String() string {
	if f.Why == "" {
		return f.What
	}
	return f.What + ": " + f.Why
}

// sort puts the worst first and texts in a fixed order.
func (r *Report) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(slices.Index(order[:], a.Code)-slices.Index(order[:], b.Code), strings.Compare(a.Where, b.Where), strings.Compare(a.What, b.What))
	})
	slices.Sort(r.Unknown)
	r.Unknown = slices.Compact(r.Unknown)
}
