package s3

import (
	"encoding/xml"
	"errors"
	"net/netip"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

type bucketEntry struct {
	Name         string
	CreationDate string
	BucketRegion string
}

type listBucketsResult struct {
	XMLName           xml.Name      `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner             *owner        `xml:"Owner"`
	Buckets           []bucketEntry `xml:"Buckets>Bucket"`
	Prefix            string        `xml:",omitempty"`
	ContinuationToken string        `xml:",omitempty"`
}

func (c *call) listBuckets() error {
	most, err := c.count("max-buckets", 10000)
	if err != nil {
		return err
	}
	if most == 0 { // unlike the other listings, this one takes 1 to 10,000
		return newError("InvalidArgument", "Argument max-buckets must be an integer between 1 and 10000")
	}
	after, err := decodeToken(c.query.Get("continuation-token"))
	if err != nil {
		return err
	}
	all, err := c.objects.ListBuckets(c.ctx)
	if err != nil {
		return err
	}
	out := listBucketsResult{Owner: c.owner(), Prefix: c.query.Get("prefix")}
	region := c.query.Get("bucket-region")
	for _, b := range all {
		if b.Name <= after || !strings.HasPrefix(b.Name, out.Prefix) || region != "" && region != b.Region {
			continue
		}
		if len(out.Buckets) == most {
			out.ContinuationToken = encodeToken(out.Buckets[most-1].Name)
			break
		}
		out.Buckets = append(out.Buckets, bucketEntry{b.Name, timestamp(b.Created), b.Region})
	}
	return c.answer(out)
}

func (c *call) headBucket() error {
	b, err := c.objects.HeadBucket(c.ctx, c.bucket)
	if err != nil {
		return err
	}
	c.w.Header().Set("X-Amz-Bucket-Region", b.Region)
	c.w.Header().Set("X-Amz-Access-Point-Alias", "false")
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.WriteHeader(200)
	return nil
}

// createBucket follows S3 in what is odd about it: in us-east-1 creating one's own bucket again succeeds.
func (c *call) createBucket() error {
	if !validBucketName(c.bucket) {
		return newError("InvalidBucketName", "The specified bucket is not valid.")
	}
	var in struct {
		LocationConstraint string
	}
	if err := c.readXML(&in); err != nil {
		return err
	}
	region := in.LocationConstraint
	switch {
	case region == "" && c.config.Regional && c.req.Region != "us-east-1":
		return newError("IllegalLocationConstraintException", "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.")
	case region == "":
		region = c.req.Region
	case region == "us-east-1":
		return newError("InvalidLocationConstraint", "The specified location-constraint is not valid")
	case region == "EU":
		region = "eu-west-1"
	case region != c.req.Region && c.req.Region != "us-east-1":
		return newError("IllegalLocationConstraintException", "The "+region+" location constraint is incompatible for the region specific endpoint this request was sent to.")
	}
	err := c.objects.CreateBucket(c.ctx, c.bucket, region)
	if err != nil && (!errors.Is(err, object.ErrBucketExists) || c.req.Region != "us-east-1") {
		return err
	}
	c.w.Header().Set("Location", "/"+c.bucket)
	c.w.WriteHeader(200)
	return nil
}

// validBucketName holds for 3 to 63 lower-case letters, digits, dots and hyphens that begin and end with a letter or digit
// and are not an address.
func validBucketName(name string) bool {
	if len(name) < 3 || len(name) > 63 {
		return false
	}
	for _, r := range name {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-", r) {
			return false
		}
	}
	if strings.Trim(name, ".-") != name || strings.Contains(name, "..") {
		return false
	}
	_, err := netip.ParseAddr(name)
	return err != nil
}

func (c *call) deleteBucket() error {
	if err := c.objects.DeleteBucket(c.ctx, c.bucket); err != nil {
		return err
	}
	c.w.WriteHeader(204)
	return nil
}

type locationConstraint struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Region  string   `xml:",chardata"`
}

// getLocation says nothing for us-east-1, as S3 does.
func (c *call) getLocation() error {
	b, err := c.objects.HeadBucket(c.ctx, c.bucket)
	if err != nil {
		return err
	}
	if b.Region == "us-east-1" {
		b.Region = ""
	}
	return c.answer(locationConstraint{Region: b.Region})
}

// bucketAnswers are what a new bucket says of features that are not here.
func bucketAnswers() map[string]operation {
	text := func(root, body string) operation {
		return func(c *call) error {
			if _, err := c.objects.HeadBucket(c.ctx, c.bucket); err != nil {
				return err
			}
			return c.answerText("<" + root + ` xmlns="` + namespace + `">` + body + "</" + root + ">")
		}
	}
	missing := func(code, message string) operation {
		return func(c *call) error {
			if _, err := c.objects.HeadBucket(c.ctx, c.bucket); err != nil {
				return err
			}
			return newError(code, message)
		}
	}
	return map[string]operation{
		"acl":            (*call).getACL,
		"versioning":     text("VersioningConfiguration", ""),
		"logging":        text("BucketLoggingStatus", ""),
		"notification":   text("NotificationConfiguration", ""),
		"accelerate":     text("AccelerateConfiguration", ""),
		"requestPayment": text("RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>"),
		"encryption": text("ServerSideEncryptionConfiguration",
			"<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>"),
		"publicAccessBlock": text("PublicAccessBlockConfiguration",
			"<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"),
		"ownershipControls": text("OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"),
		"policy":            missing("NoSuchBucketPolicy", "The bucket policy does not exist"),
		"policyStatus":      missing("NoSuchBucketPolicy", "The bucket policy does not exist"),
		"tagging":           missing("NoSuchTagSet", "The TagSet does not exist"),
		"lifecycle":         missing("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
		"cors":              missing("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
		"website":           missing("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
		"replication":       missing("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
		"object-lock":       missing("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
	}
}

// getACL says that the owner may do everything, of a bucket or an object.
func (c *call) getACL() error {
	if c.key != "" {
		if _, err := c.objects.Stat(c.ctx, c.bucket, c.key); err != nil {
			return err
		}
	} else if _, err := c.objects.HeadBucket(c.ctx, c.bucket); err != nil {
		return err
	}
	id := c.owner().ID
	return c.answerText(`<AccessControlPolicy xmlns="` + namespace + `"><Owner><ID>` + id + `</ID></Owner><AccessControlList><Grant>` +
		`<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>` + id + `</ID></Grantee>` +
		`<Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`)
}
