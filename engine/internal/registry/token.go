package registry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Lifetime is how long a token is good: ECR's twelve hours.
const Lifetime = 12 * time.Hour

// User is the name that goes with every token.
const User = "AWS"

// Why a token is not accepted.
var (
	ErrToken   = errors.New("the token was not made here")
	ErrExpired = errors.New("the token has expired")
)

// Token is what a password of the registry says. The region is in it because the registry's paths have none: who logged
// in with a token of eu-west-1 sees the repositories of eu-west-1.
type Token struct {
	Region  string    `json:"region"`
	Path    string    `json:"path,omitempty"` // the one path that may be read with it; "" = everything
	Expires time.Time `json:"expires"`
}

// Key signs tokens. Tokens live as long as their key does, over restarts.
type Key []byte

// Sign returns the token as text.
func (k Key) Sign(t Token) string {
	data, err := json.Marshal(t)
	if err != nil {
		panic("registry: token: " + err.Error()) // strings and a time
	}
	body := base64.RawURLEncoding.EncodeToString(data)
	return body + "." + k.mac(body)
}

// Read verifies a token; now decides whether it has expired. Errors: ErrToken, ErrExpired.
func (k Key) Read(text string, now time.Time) (Token, error) {
	body, mac, ok := strings.Cut(text, ".")
	if !ok || !hmac.Equal([]byte(mac), []byte(k.mac(body))) {
		return Token{}, ErrToken
	}
	data, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return Token{}, ErrToken
	}
	var t Token
	if err := json.Unmarshal(data, &t); err != nil {
		return Token{}, ErrToken
	}
	if now.After(t.Expires) {
		return Token{}, ErrExpired
	}
	return t, nil
}

func (k Key) mac(body string) string {
	h := hmac.New(sha256.New, k)
	_, _ = h.Write([]byte(body)) // a hash never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
