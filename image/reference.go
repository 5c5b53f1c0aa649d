package image

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/name"
)

// ecrHost is the host of a private ECR registry in any partition.
var ecrHost = regexp.MustCompile(`^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|on\.aws|on\.amazonwebservices\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov)$`)

// ECR is a repository of Amazon ECR as a reference names it.
type ECR struct{ Account, Region, Repository string }

// ParseECR reads ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY with or without a tag or digest.
func ParseECR(reference string) (ECR, bool) {
	host, rest, _ := strings.Cut(reference, "/")
	m := ecrHost.FindStringSubmatch(host)
	if m == nil || rest == "" {
		return ECR{}, false
	}
	repository, _, _ := strings.Cut(rest, "@")
	repository, _, _ = strings.Cut(repository, ":")
	return ECR{m[1], m[2], repository}, true
}

// String is the repository's URI.
func (e ECR) String() string {
	suffix := "amazonaws.com"
	if strings.HasPrefix(e.Region, "cn-") {
		suffix += ".cn"
	}
	return fmt.Sprintf("%s.dkr.ecr.%s.%s/%s", e.Account, e.Region, suffix, e.Repository)
}

// RegionError says that an image is or would be in another region than the jobs: SageMaker pulls from its own region only.
type RegionError struct {
	Image  string
	Region string // of the image
	Want   string // of the jobs
}

func (e *RegionError) Error() string {
	return fmt.Sprintf("image %s is in %s, and jobs are in %s", e.Image, e.Region, e.Want)
}

// split takes a reference apart: the registry's host, "" where none is named (as docker decides it: a first part with a dot,
// a colon, or localhost), the repository and the tag.
func split(reference string) (host, repository, tag string) {
	repository = reference
	if first, rest, ok := strings.Cut(reference, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		host, repository = first, rest
	}
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		repository, tag = repository[:i], repository[i+1:]
	}
	return host, repository, tag
}

// endpointHost is HOST:PORT of the endpoint that a configuration names for ECR, as an engine's does; "" for AWS's own.
func endpointHost(config *aws.Config) string {
	if config == nil {
		return ""
	}
	endpoint := ecr.NewFromConfig(*config).Options().BaseEndpoint
	if endpoint == nil {
		return ""
	}
	u, err := url.Parse(*endpoint)
	if err != nil {
		return ""
	}
	return u.Host
}

// loopback reports whether a host with or without a port is this machine, where a registry may speak plain HTTP.
func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// nameOptions allow HTTP for this machine; the default would for all private addresses.
func nameOptions(host string) []name.Option {
	if loopback(host) {
		return []name.Option{name.Insecure}
	}
	return nil
}
