package api

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// ARN is the name of a SageMaker resource: arn:PARTITION:sagemaker:REGION:ACCOUNT:TYPE/NAME.
type ARN struct {
	Partition, Region string
	Account           string // twelve digits
	Type              string // "training-job", "hyper-parameter-tuning-job", …
	Name              string // may contain further slashes for other types
}

func (a ARN) String() string {
	return "arn:" + a.Partition + ":sagemaker:" + a.Region + ":" + a.Account + ":" + a.Type + "/" + a.Name
}

// TrainingJobARN is the ARN of a training job, in the partition that the region belongs to. The name keeps its case.
func TrainingJobARN(region, account, name string) string {
	return ARN{Partition(region), region, account, "training-job", name}.String()
}

// TuningJobARN is the ARN of a hyperparameter tuning job.
func TuningJobARN(region, account, name string) string {
	return ARN{Partition(region), region, account, "hyper-parameter-tuning-job", name}.String()
}

// ParseARN takes a SageMaker ARN apart. It asks for all parts but leaves it to the caller whether the resource exists.
func ParseARN(s string) (ARN, error) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") || parts[2] != "sagemaker" {
		return ARN{}, fmt.Errorf("parse ARN %q: want arn:aws:sagemaker:REGION:ACCOUNT:TYPE/NAME", s)
	}
	kind, name, ok := strings.Cut(parts[5], "/")
	if !ok || kind == "" || name == "" || parts[3] == "" || len(parts[4]) != 12 || strings.Trim(parts[4], "0123456789") != "" {
		return ARN{}, fmt.Errorf("parse ARN %q: region, twelve-digit account, type and name are needed", s)
	}
	return ARN{Partition: parts[1], Region: parts[3], Account: parts[4], Type: kind, Name: name}, nil
}

// partitions maps the beginning of a region's name to its partition (botocore's partitions.json); others are "aws".
var partitions = [...]struct{ prefix, partition string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"us-isob-", "aws-iso-b"},
	{"us-isof-", "aws-iso-f"},
	{"eu-isoe-", "aws-iso-e"},
	{"us-iso-", "aws-iso"},
	{"eusc-", "aws-eusc"},
}

// Partition is the AWS partition of a region: "aws", "aws-cn", "aws-us-gov", ….
func Partition(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// maxName is the longest name of a training job, in characters.
const maxName = 63

// ValidName reports whether a training job can have this name: 1 to 63 letters, digits and hyphens, with no hyphen
// at either end.
func ValidName(name string) bool {
	inner := strings.Trim(name, "-")
	if inner == "" || inner != name || len(name) > maxName {
		return false
	}
	for _, c := range []byte(name) {
		if !nameByte(c) {
			return false
		}
	}
	return true
}

func nameByte(c byte) bool {
	return c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// NewName makes a valid training-job name that no other job has: prefix, the UTC time and six random characters,
// as in "xgboost-20261125-093015-k3x7qa". Characters of prefix that a name cannot have become hyphens; a long prefix
// is cut, an empty one is "job".
func NewName(prefix string, now time.Time) string {
	suffix := now.UTC().Format("-20060102-150405-") + strings.ToLower(rand.Text()[:6])
	clean := strings.Map(func(r rune) rune {
		if r < 0x80 && nameByte(byte(r)) {
			return r
		}
		return '-'
	}, prefix)
	clean = strings.TrimLeft(clean, "-")
	clean = strings.TrimRight(clean[:min(len(clean), maxName-len(suffix))], "-")
	if clean == "" {
		clean = "job"
	}
	return clean + suffix
}
