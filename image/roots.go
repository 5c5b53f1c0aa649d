package image

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrNoRoots is returned by Build for an image from nothing when this machine has no bundle of certificates.
var ErrNoRoots = errors.New("this machine has no bundle of CA certificates")

// NoRoots as BuildOptions.Roots makes an image without certificates: its program cannot check whom it speaks to by TLS.
const NoRoots = "none"

// rootsInImage is where Go, OpenSSL and Debian look first.
const rootsInImage = "/etc/ssl/certs/ca-certificates.crt"

// bundles are where systems keep their certificates, as Go's crypto/x509 knows them.
func bundles() []string {
	return []string{
		"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Alpine
		"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL 6
		"/etc/ssl/ca-bundle.pem",                            // openSUSE
		"/etc/pki/tls/cacert.pem",                           // OpenELEC
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS, RHEL 7
		"/etc/ssl/cert.pem",                                 // macOS, Alpine
	}
}

// readRoots reads the bundle at path, the first of the candidates for "".
func readRoots(path string, candidates []string) ([]byte, error) {
	if path != "" {
		candidates = []string{path}
	}
	for _, candidate := range candidates {
		data, err := os.ReadFile(candidate)
		if errors.Is(err, fs.ErrNotExist) && path == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read CA certificates: %w", err)
		}
		if !x509.NewCertPool().AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("read CA certificates: %s: no certificates in PEM form", candidate)
		}
		return data, nil
	}
	return nil, ErrNoRoots
}
