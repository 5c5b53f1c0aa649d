package s3_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	sagefly "github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/engine/internal/aws/s3"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/internal/sigv4"
)

const (
	account = "123456789012"
	keyID   = "AKIDTEST"
	secret  = "test/secret"
)

// face returns the face of an empty store with the bucket "bkt".
func face(t testing.TB, config s3.Config) *s3.Server {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(context.Background(), filepath.Join(dir, "sagefly.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	objects, err := object.Open(context.Background(), db, filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	if err := objects.CreateBucket(context.Background(), "bkt", "us-west-2"); err != nil {
		t.Fatal(err)
	}
	return s3.New(objects, config)
}

// verified is what the wire does before a face: it verifies the signature and says what it knows of the request.
func verified(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proof, err := sigv4.Verify(r, func(id string) (string, bool) { return secret, id == keyID }, time.Now())
		if err != nil {
			s3.WriteError(w, r, err)
			return
		}
		ctx := sagefly.With(proof.With(r.Context()), sagefly.Request{ID: "REQ1", Region: proof.Region, Account: account})
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}

// sdk returns a client of a new face behind TLS, where the SDK sends checksums as trailers.
func sdk(t *testing.T, config s3.Config, options ...func(*client.Options)) *client.Client {
	t.Helper()
	srv := httptest.NewTLSServer(verified(face(t, config)))
	t.Cleanup(srv.Close)
	return client.New(client.Options{
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
		BaseEndpoint:               new(srv.URL), Region: "us-west-2", UsePathStyle: true,
		HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}, //nolint:gosec // our own test server
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, nil
		}),
	}, options...)
}

func noise(n int) []byte {
	data := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(data)
	return data
}

func TestSDKPutGetHead(t *testing.T) {
	t.Parallel()
	c, ctx := sdk(t, s3.Config{}), t.Context()
	data := noise(300_000)
	for _, algo := range append(types.ChecksumAlgorithm("").Values(), "") {
		// The SDK does not compute these; the caller would have to.
		if slices.Contains([]types.ChecksumAlgorithm{"MD5", "XXHASH64", "XXHASH3", "XXHASH128"}, algo) {
			continue
		}
		t.Run(string(algo), func(t *testing.T) {
			key := "dir//" + string(algo) + "/ü +%.bin"
			put, err := c.PutObject(ctx, &client.PutObjectInput{
				Bucket: new("bkt"), Key: &key, Body: bytes.NewReader(data), ChecksumAlgorithm: algo, ContentType: new("text/x"),
				Metadata: map[string]string{"purpose": "test"}, ServerSideEncryption: "aws:kms", SSEKMSKeyId: new("alias/k"),
				ExpectedBucketOwner: new(account),
			})
			if err != nil {
				t.Fatal(err)
			}
			if put.ServerSideEncryption != "aws:kms" || *put.SSEKMSKeyId != "alias/k" {
				t.Errorf("encryption = %v, %v", put.ServerSideEncryption, put.SSEKMSKeyId)
			}
			got, err := c.GetObject(ctx, &client.GetObjectInput{Bucket: new("bkt"), Key: &key, ChecksumMode: "ENABLED"})
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(got.Body) // the SDK compares the checksum here
			if err != nil || !bytes.Equal(body, data) {
				t.Errorf("%d bytes, %v", len(body), err)
			}
			if got.ChecksumType != "FULL_OBJECT" || *got.ContentType != "text/x" || got.Metadata["purpose"] != "test" || *got.ETag != *put.ETag || got.ContentEncoding != nil {
				t.Errorf("head = %+v", got)
			}
		})
	}
}

func TestSDKMultipart(t *testing.T) {
	t.Parallel()
	for _, kind := range []types.ChecksumType{"", "COMPOSITE", "FULL_OBJECT"} {
		for _, algo := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
			if kind == "FULL_OBJECT" && strings.HasPrefix(string(algo), "SHA") || kind == "COMPOSITE" && algo == "CRC64NVME" {
				continue
			}
			t.Run(string(kind)+string(algo), func(t *testing.T) {
				t.Parallel()
				multipart(t, sdk(t, s3.Config{MinPart: 1000}), kind, algo)
			})
		}
	}
}

func multipart(t *testing.T, c *client.Client, kind types.ChecksumType, algo types.ChecksumAlgorithm) {
	ctx, data := t.Context(), noise(3500)
	up, err := c.CreateMultipartUpload(ctx, &client.CreateMultipartUploadInput{Bucket: new("bkt"), Key: new("big"), ChecksumAlgorithm: algo, ChecksumType: kind})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for i := range 4 {
		p, err := c.UploadPart(ctx, &client.UploadPartInput{
			Bucket: new("bkt"), Key: new("big"), UploadId: up.UploadId, PartNumber: new(int32(i + 1)), ChecksumAlgorithm: algo,
			Body: bytes.NewReader(data[1000*i : min(1000*i+1000, len(data))]),
		})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{
			PartNumber: new(int32(i + 1)), ETag: p.ETag, ChecksumCRC32: p.ChecksumCRC32, ChecksumCRC32C: p.ChecksumCRC32C,
			ChecksumCRC64NVME: p.ChecksumCRC64NVME, ChecksumSHA1: p.ChecksumSHA1, ChecksumSHA256: p.ChecksumSHA256,
		})
	}
	list, err := c.ListParts(ctx, &client.ListPartsInput{Bucket: new("bkt"), Key: new("big"), UploadId: up.UploadId, MaxParts: new(int32(3))})
	if err != nil || len(list.Parts) != 3 || !*list.IsTruncated || *list.NextPartNumberMarker != "3" || list.ChecksumAlgorithm != algo {
		t.Errorf("parts = %+v, %v", list, err)
	}
	done, err := c.CompleteMultipartUpload(ctx, &client.CompleteMultipartUploadInput{
		Bucket: new("bkt"), Key: new("big"), UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(*done.ETag, `-4"`) {
		t.Errorf("etag = %s", *done.ETag)
	}
	got, err := c.GetObject(ctx, &client.GetObjectInput{Bucket: new("bkt"), Key: new("big"), ChecksumMode: "ENABLED"})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body) // for FULL_OBJECT the SDK compares the joined checksum with the content's
	if err != nil || !bytes.Equal(body, data) || kind != "" && got.ChecksumType != kind {
		t.Errorf("%d bytes, type %s, %v", len(body), got.ChecksumType, err)
	}
	part, err := c.GetObject(ctx, &client.GetObjectInput{Bucket: new("bkt"), Key: new("big"), PartNumber: new(int32(4))})
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(part.Body); err != nil || !bytes.Equal(body, data[3000:]) || *part.PartsCount != 4 {
		t.Errorf("part 4: %d bytes of %v, %v", len(body), part.PartsCount, err)
	}
}

func TestSDKListPagesAndDeleteMany(t *testing.T) {
	t.Parallel()
	c, ctx := sdk(t, s3.Config{}), t.Context()
	var want []string
	for i := range 25 {
		key := fmt.Sprintf("p/%02d ü&<\x01", i)
		if _, err := c.PutObject(ctx, &client.PutObjectInput{Bucket: new("bkt"), Key: &key, Body: strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
		want = append(want, key)
	}
	var got []string
	pages := client.NewListObjectsV2Paginator(c, &client.ListObjectsV2Input{Bucket: new("bkt"), Prefix: new("p/"), MaxKeys: new(int32(7)), EncodingType: "url"})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			got = append(got, unescape(t, *o.Key))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	groups, err := c.ListObjects(ctx, &client.ListObjectsInput{Bucket: new("bkt"), Delimiter: new("/")})
	if err != nil || len(groups.Contents) != 0 || len(groups.CommonPrefixes) != 1 || *groups.CommonPrefixes[0].Prefix != "p/" {
		t.Errorf("groups = %+v, %v", groups, err)
	}
	objects := []types.ObjectIdentifier{{Key: new("never there")}}
	for _, key := range want {
		if !strings.Contains(key, "\x01") {
			objects = append(objects, types.ObjectIdentifier{Key: &key})
		}
	}
	out, err := c.DeleteObjects(ctx, &client.DeleteObjectsInput{Bucket: new("bkt"), Delete: &types.Delete{Objects: objects}})
	if err != nil || len(out.Deleted) != len(objects) || len(out.Errors) != 0 {
		t.Errorf("deleted = %+v, %v", out, err)
	}
}

func TestSDKErrors(t *testing.T) {
	t.Parallel()
	c, ctx := sdk(t, s3.Config{MaxPut: 10}), t.Context()
	_, err := c.GetObject(ctx, &client.GetObjectInput{Bucket: new("bkt"), Key: new("no")})
	if _, ok := errors.AsType[*types.NoSuchKey](err); !ok {
		t.Errorf("get: %v", err)
	}
	_, err = c.HeadObject(ctx, &client.HeadObjectInput{Bucket: new("bkt"), Key: new("no")})
	if _, ok := errors.AsType[*types.NotFound](err); !ok {
		t.Errorf("head: %v", err)
	}
	_, err = c.ListObjectsV2(ctx, &client.ListObjectsV2Input{Bucket: new("none")})
	if _, ok := errors.AsType[*types.NoSuchBucket](err); !ok {
		t.Errorf("list: %v", err)
	}
	_, err = c.CreateBucket(ctx, &client.CreateBucketInput{Bucket: new("bkt"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "us-west-2"}})
	if _, ok := errors.AsType[*types.BucketAlreadyOwnedByYou](err); !ok {
		t.Errorf("create: %v", err)
	}
	_, err = c.PutObject(ctx, &client.PutObjectInput{Bucket: new("bkt"), Key: new("k"), Body: strings.NewReader("more than ten")})
	wantCode(t, err, "EntityTooLarge")
	_, err = c.HeadBucket(ctx, &client.HeadBucketInput{Bucket: new("bkt"), ExpectedBucketOwner: new("999999999999")})
	wantCode(t, err, "Forbidden")
	_, err = c.GetBucketPolicy(ctx, &client.GetBucketPolicyInput{Bucket: new("bkt")})
	wantCode(t, err, "NoSuchBucketPolicy")
	_, err = c.PutBucketVersioning(ctx, &client.PutBucketVersioningInput{Bucket: new("bkt"), VersioningConfiguration: &types.VersioningConfiguration{}})
	wantCode(t, err, "NotImplemented")
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	e, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err)
	if !ok || e.ErrorCode() != code {
		t.Errorf("err = %v, want code %s", err, code)
	}
}

func TestSDKBucketLife(t *testing.T) {
	t.Parallel()
	c, ctx := sdk(t, s3.Config{}), t.Context()
	_, err := c.CreateBucket(ctx, &client.CreateBucketInput{Bucket: new("second"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "us-west-2"}})
	if err != nil {
		t.Fatal(err)
	}
	where, err := c.GetBucketLocation(ctx, &client.GetBucketLocationInput{Bucket: new("second")})
	if err != nil || where.LocationConstraint != "us-west-2" {
		t.Errorf("location = %+v, %v", where, err)
	}
	all, err := c.ListBuckets(ctx, &client.ListBucketsInput{})
	if err != nil || len(all.Buckets) != 2 || *all.Buckets[1].Name != "second" {
		t.Errorf("buckets = %+v, %v", all, err)
	}
	if _, err := c.DeleteBucket(ctx, &client.DeleteBucketInput{Bucket: new("second")}); err != nil {
		t.Error(err)
	}
	for name, call := range map[string]func() error{
		"versioning": func() error {
			_, err := c.GetBucketVersioning(ctx, &client.GetBucketVersioningInput{Bucket: new("bkt")})
			return err
		},
		"acl": func() error { _, err := c.GetBucketAcl(ctx, &client.GetBucketAclInput{Bucket: new("bkt")}); return err },
		"encryption": func() error {
			_, err := c.GetBucketEncryption(ctx, &client.GetBucketEncryptionInput{Bucket: new("bkt")})
			return err
		},
		"public": func() error {
			_, err := c.GetPublicAccessBlock(ctx, &client.GetPublicAccessBlockInput{Bucket: new("bkt")})
			return err
		},
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSDKCopy(t *testing.T) {
	t.Parallel()
	c, ctx := sdk(t, s3.Config{MinPart: 1}), t.Context()
	if _, err := c.PutObject(ctx, &client.PutObjectInput{Bucket: new("bkt"), Key: new("a/ü"), Body: strings.NewReader("0123456789"), Metadata: map[string]string{"m": "1"}}); err != nil {
		t.Fatal(err)
	}
	source := new("bkt/a/%C3%BC")
	got, err := c.CopyObject(ctx, &client.CopyObjectInput{Bucket: new("bkt"), Key: new("b"), CopySource: source, ChecksumAlgorithm: "SHA256"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII="; *got.CopyObjectResult.ChecksumSHA256 != want { // openssl dgst -sha256
		t.Errorf("sha256 = %s, want %s", *got.CopyObjectResult.ChecksumSHA256, want)
	}
	head, err := c.HeadObject(ctx, &client.HeadObjectInput{Bucket: new("bkt"), Key: new("b")})
	if err != nil || head.Metadata["m"] != "1" || *head.ContentLength != 10 {
		t.Errorf("copy = %+v, %v", head, err)
	}
	_, err = c.CopyObject(ctx, &client.CopyObjectInput{Bucket: new("bkt"), Key: new("a/ü"), CopySource: source})
	wantCode(t, err, "InvalidRequest")
	_, err = c.CopyObject(ctx, &client.CopyObjectInput{Bucket: new("bkt"), Key: new("b"), CopySource: source, CopySourceIfMatch: new("x")})
	wantCode(t, err, "PreconditionFailed")
	up, err := c.CreateMultipartUpload(ctx, &client.CreateMultipartUploadInput{Bucket: new("bkt"), Key: new("parts")})
	if err != nil {
		t.Fatal(err)
	}
	part, err := c.UploadPartCopy(ctx, &client.UploadPartCopyInput{
		Bucket: new("bkt"), Key: new("parts"), UploadId: up.UploadId, PartNumber: new(int32(1)), CopySource: source, CopySourceRange: new("bytes=2-4"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := `"289dff07669d7a23de0ef88d2f7129e7"`; *part.CopyPartResult.ETag != want { // md5sum of 234
		t.Errorf("etag = %s", *part.CopyPartResult.ETag)
	}
	ups, err := c.ListMultipartUploads(ctx, &client.ListMultipartUploadsInput{Bucket: new("bkt")})
	if err != nil || len(ups.Uploads) != 1 || *ups.Uploads[0].UploadId != *up.UploadId {
		t.Errorf("uploads = %+v, %v", ups, err)
	}
	if _, err := c.AbortMultipartUpload(ctx, &client.AbortMultipartUploadInput{Bucket: new("bkt"), Key: new("parts"), UploadId: up.UploadId}); err != nil {
		t.Error(err)
	}
}

func TestSDKPresigned(t *testing.T) {
	t.Parallel()
	c, ctx := sdk(t, s3.Config{}), t.Context()
	presign := client.NewPresignClient(c)
	put, err := presign.PresignPutObject(ctx, &client.PutObjectInput{Bucket: new("bkt"), Key: new("k"), Body: strings.NewReader("hello"), ServerSideEncryption: "aws:kms"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(method, link string, h http.Header, body string) (*http.Response, string) {
		req, err := http.NewRequestWithContext(ctx, method, link, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = h
		resp, err := c.Options().HTTPClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, _ := io.ReadAll(resp.Body)
		return resp, string(text)
	}
	put.SignedHeader.Del("Host")
	if resp, text := send(put.Method, put.URL, put.SignedHeader, "hello"); resp.StatusCode != 200 || resp.Header.Get("x-amz-server-side-encryption") != "aws:kms" {
		t.Errorf("put: %s %s", resp.Status, text)
	}
	get, err := presign.PresignGetObject(ctx, &client.GetObjectInput{Bucket: new("bkt"), Key: new("k"), ResponseContentType: new("a/b")})
	if err != nil {
		t.Fatal(err)
	}
	if resp, text := send(get.Method, get.URL, http.Header{}, ""); text != "hello" || resp.Header.Get("Content-Type") != "a/b" {
		t.Errorf("get: %s %s", resp.Status, text)
	}
	if resp, text := send(get.Method, get.URL+"&response-expires=x", http.Header{}, ""); resp.StatusCode != 403 || !strings.Contains(text, "<Code>SignatureDoesNotMatch</Code>") {
		t.Errorf("forged get: %s %s", resp.Status, text)
	}
}
