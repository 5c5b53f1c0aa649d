package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// place is where a job's files go and as whom it runs.
type place struct{ bucket, role string }

// where returns the target's bucket and role. What was not asked for follows from the account: the bucket is
// sagemaker-REGION-ACCOUNT, as in the SageMaker SDK.
func (t *target) where(ctx context.Context) (place, error) {
	p := place{bucket: t.bucket, role: t.role}
	if (p.bucket == "" || p.role == "") && t.account == "" {
		account, err := callerAccount(ctx, t.aws)
		if err != nil {
			return p, err
		}
		t.account = account
	}
	if p.bucket == "" {
		p.bucket = fmt.Sprintf("sagemaker-%s-%s", t.aws.Region, t.account)
	}
	if p.role == "" {
		p.role = fmt.Sprintf("arn:aws:iam::%s:role/sagefly", t.account)
	}
	return p, nil
}

// callerAccount asks STS who the caller is. It is one signed form; the whole STS client is not worth its size for it.
func callerAccount(ctx context.Context, config aws.Config) (string, error) {
	const form = "Action=GetCallerIdentity&Version=2011-06-15"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, *config.BaseEndpoint+"/", strings.NewReader(form))
	if err != nil {
		return "", fmt.Errorf("ask for account: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	keys, err := config.Credentials.Retrieve(ctx)
	if err != nil {
		return "", fmt.Errorf("ask for account: %w", err)
	}
	sum := sha256.Sum256([]byte(form))
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, hex.EncodeToString(sum[:]), "sts", config.Region, time.Now()); err != nil {
		return "", fmt.Errorf("ask for account: %w", err)
	}
	client := config.HTTPClient
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask for account: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err != nil {
		return "", fmt.Errorf("ask for account: %w", err)
	}
	return readAccount(res.StatusCode, body)
}

func readAccount(status int, body []byte) (string, error) {
	var answer struct {
		Account string `xml:"GetCallerIdentityResult>Account"`
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil || status != http.StatusOK || answer.Account == "" {
		p := &Problem{
			What: "the target does not say which account this is", Where: "sts GetCallerIdentity", Why: fmt.Sprintf("HTTP status %d", status),
			Fix: []string{"give --bucket and --role"},
		}
		if answer.Code != "" {
			p.Why = answer.Code + ": " + answer.Message
			p.Exit = exitAccess
		}
		return "", p
	}
	return answer.Account, nil
}
