// Package quotas is the reading half of AWS Service Quotas: the limits of an account's rules, for SageMaker. Without rules there are
// none, and every list is empty.
package quotas

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/access"
	"github.com/sagefly/sagefly/internal/policy"
)

// Prefix is what operations in X-Amz-Target begin with.
const Prefix = "ServiceQuotasV20190624"

// Face answers Service Quotas requests.
type Face struct {
	Account string
	Access  *access.Access
}

type request struct {
	ServiceCode, QuotaCode, NextToken string
	MaxResults                        int
}

// Quota is a limit as the API shows it.
type Quota struct {
	ServiceCode, ServiceName, QuotaArn, QuotaCode, QuotaName, Unit string
	Value                                                          float64
	Adjustable, GlobalQuota                                        bool
}

// Do answers one operation of the JSON protocol.
func (f Face) Do(_ context.Context, region, operation string, body []byte) (any, error) {
	var in request
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, api.Undecoded(err)
	}
	if err := f.may(operation); err != nil {
		return nil, err
	}
	switch operation {
	case "ListServiceQuotas", "ListAWSDefaultServiceQuotas":
		return f.list(region, in)
	case "GetServiceQuota", "GetAWSDefaultServiceQuota":
		return f.get(region, in)
	}
	return nil, &api.Error{
		Code: "UnknownOperationException", Status: http.StatusBadRequest,
		Message: operation + " is not served by this engine, which lists and gets quotas.",
	}
}

func (f Face) may(operation string) error {
	action := "servicequotas:" + operation
	switch f.Access.Allowed(action, "*", nil) {
	case policy.Allowed:
		return nil
	case policy.ExplicitDeny:
		return api.ExplicitlyDenied(f.Access.Caller(f.Account), action, "*")
	}
	return api.AccessDenied(f.Access.Caller(f.Account), action, "*")
}

// all are the account's quotas by name. An account's own value and AWS's default are the same here.
func (f Face) all(region string) []Quota {
	limits := f.Access.Quotas()
	list := make([]Quota, 0, len(limits))
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		code := codeOf(name)
		list = append(list, Quota{
			ServiceCode: "sagemaker", ServiceName: "Amazon SageMaker", QuotaCode: code, QuotaName: name, Unit: "None",
			QuotaArn: fmt.Sprintf("arn:%s:servicequotas:%s:%s:sagemaker/%s", api.Partition(region), region, f.Account, code),
			Value:    float64(limits[name]), Adjustable: true,
		})
	}
	return list
}

// codeOf makes a quota's code, in AWS's form. AWS's own codes are another matter.
func codeOf(name string) string { return fmt.Sprintf("L-%X", sha256.Sum256([]byte(name)))[:10] }

func (f Face) list(region string, in request) (any, error) {
	if in.ServiceCode != "sagemaker" {
		return nil, noResource()
	}
	if in.MaxResults < 0 || in.MaxResults > 100 {
		return nil, api.ValidationError("MaxResults must be between 1 and 100.")
	}
	from, err := 0, error(nil)
	if in.NextToken != "" {
		if from, err = strconv.Atoi(in.NextToken); err != nil || from < 0 {
			return nil, &api.Error{Code: "InvalidPaginationTokenException", Status: http.StatusBadRequest, Message: "Invalid pagination token."}
		}
	}
	all := f.all(region)
	size := in.MaxResults
	if size == 0 {
		size = 100
	}
	from = min(from, len(all))
	to := min(from+size, len(all))
	answer := map[string]any{"Quotas": all[from:to]}
	if to < len(all) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	return answer, nil
}

func (f Face) get(region string, in request) (any, error) {
	for _, q := range f.all(region) {
		if in.ServiceCode == q.ServiceCode && in.QuotaCode == q.QuotaCode {
			return map[string]any{"Quota": q}, nil
		}
	}
	return nil, noResource()
}

func noResource() error {
	return &api.Error{Code: "NoSuchResourceException", Status: http.StatusBadRequest, Message: "The request failed because the specified service or quota does not exist."}
}
