//go:build !sagefly_task

package cli

import (
	"crypto/rand"
	"encoding/hex"
)

// randomSuffix is four hexadecimal characters.
func randomSuffix() string {
	b := make([]byte, 2)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
