package entry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/sagefly/sagefly/internal/sigv4"
)

// agentHost is where containers of AWS find the server of AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.
const agentHost = "http://169.254.170.2"

// credentials are those of the environment, else those of the container's credential server.
func credentials(ctx context.Context, getenv func(string) string) (sigv4.Keys, error) {
	if id, secret := getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"); id != "" && secret != "" {
		return sigv4.Keys{AccessKey: id, Secret: secret, Session: getenv("AWS_SESSION_TOKEN")}, nil
	}
	address := getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if relative := getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); relative != "" {
		address = agentHost + relative
	}
	if address == "" {
		return sigv4.Keys{}, errors.New("no AWS credentials: neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set")
	}
	keys, err := containerCredentials(ctx, address, getenv)
	if err != nil {
		return keys, fmt.Errorf("credentials from %s: %w", address, err)
	}
	return keys, nil
}

func containerCredentials(ctx context.Context, address string, getenv func(string) string) (sigv4.Keys, error) {
	u, err := url.Parse(address)
	if err != nil {
		return sigv4.Keys{}, err
	}
	if u.Scheme != "https" && !trusted(u.Hostname()) {
		return sigv4.Keys{}, errors.New("credentials are taken over plain HTTP from this machine and AWS's own addresses only")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return sigv4.Keys{}, err
	}
	token := getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return sigv4.Keys{}, err
		}
		token = strings.TrimSpace(string(text))
	}
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	return readCredentials(client.Do(r))
}

func readCredentials(res *http.Response, err error) (sigv4.Keys, error) {
	if err != nil {
		return sigv4.Keys{}, passing{err}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		err := fmt.Errorf("the server answered %s", res.Status)
		if res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests {
			return sigv4.Keys{}, passing{err}
		}
		return sigv4.Keys{}, err
	}
	var answer struct{ AccessKeyId, SecretAccessKey, Token string }
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&answer); err != nil {
		return sigv4.Keys{}, err
	}
	if answer.AccessKeyId == "" || answer.SecretAccessKey == "" {
		return sigv4.Keys{}, errors.New("the answer has no AccessKeyId and SecretAccessKey")
	}
	return sigv4.Keys{AccessKey: answer.AccessKeyId, Secret: answer.SecretAccessKey, Session: answer.Token}, nil
}

// trusted are the hosts from which the AWS SDKs take credentials over plain HTTP.
func trusted(host string) bool {
	if host == "localhost" || host == "169.254.170.2" || host == "169.254.170.23" || host == "fd00:ec2::23" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
