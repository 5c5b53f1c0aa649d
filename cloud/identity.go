package cloud

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Identity is whom the credentials belong to.
type Identity struct {
	Account string // twelve digits
	ARN     string // of a user, a role's session, or the account's root
}

// WhoAmI asks STS whom the credentials belong to, which needs no permission. [Explain] makes a finding of its errors.
func WhoAmI(ctx context.Context, config aws.Config) (Identity, error) {
	answer, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, fmt.Errorf("ask who the caller is: %w", err)
	}
	if answer.Account == nil || answer.Arn == nil {
		return Identity{}, errors.New("ask who the caller is: the answer names no account")
	}
	return Identity{*answer.Account, *answer.Arn}, nil
}

// Mask is an account's number for screens and logs that others see: 1234****9012.
func Mask(account string) string {
	if len(account) != 12 {
		return account
	}
	return account[:4] + "****" + account[8:]
}
