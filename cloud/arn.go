package cloud

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagefly/sagefly/api"
)

var roleARN = regexp.MustCompile(`^arn:aws[a-z\-]*:iam::(\d{12}):role/((?:[\x21-\x7e]+/)?)([a-zA-Z0-9+=,.@_-]{1,64})$`)

// parseRole splits a role's ARN.
func parseRole(arn string) (account, name string, ok bool) {
	m := roleARN.FindStringSubmatch(arn)
	if m == nil {
		return "", "", false
	}
	return m[1], m[3], true
}

// session is the role of a session's ARN: arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
func session(arn string) (role string, ok bool) {
	_, rest, ok := strings.Cut(arn, ":assumed-role/")
	role, _, _ = strings.Cut(rest, "/")
	return role, ok
}

// address is a place in S3.
type address struct{ bucket, key string }

// parseS3 reads s3://BUCKET/KEY, and the form https://s3….amazonaws.com/BUCKET/KEY that the API takes too.
func parseS3(uri string) (address, bool) {
	rest, ok := strings.CutPrefix(uri, "s3://")
	if !ok {
		host, path, isURL := strings.Cut(strings.TrimPrefix(uri, "https://"), "/")
		if !isURL || !strings.HasPrefix(uri, "https://s3") || !strings.Contains(host, "amazonaws") {
			return address{}, false
		}
		rest = path
	}
	bucket, key, _ := strings.Cut(rest, "/")
	return address{bucket, key}, bucket != ""
}

func (a address) String() string { return "s3://" + a.bucket + "/" + a.key }

// ecrImage is an image in ECR.
type ecrImage struct {
	account, region string
	repository      string
	tag, digest     string // one is set; a name without either is the tag latest
}

var imageURI = regexp.MustCompile(`^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.]+/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$`)

// parseImage reads ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY[:TAG][@DIGEST].
func parseImage(uri string) (ecrImage, bool) {
	m := imageURI.FindStringSubmatch(uri)
	if m == nil {
		return ecrImage{}, false
	}
	i := ecrImage{account: m[1], region: m[2], repository: m[3], tag: m[4], digest: m[5]}
	switch {
	case i.digest != "":
		i.tag = ""
	case i.tag == "":
		i.tag = "latest"
	}
	return i, true
}

func (i ecrImage) arn() string {
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s", api.Partition(i.region), i.region, i.account, i.repository)
}

// name is REPOSITORY:TAG or REPOSITORY@DIGEST.
func (i ecrImage) name() string {
	if i.digest != "" {
		return i.repository + "@" + i.digest
	}
	return i.repository + ":" + i.tag
}
