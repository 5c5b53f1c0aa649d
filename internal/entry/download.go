package entry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sagefly/sagefly/internal/sigv4"
)

// patience is how long the source is asked for while the server is away or overloaded: an engine that is being restarted is back
// long before, and a job that waits for nothing costs money.
const patience = 10 * time.Minute

// download unpacks a tar.gz in S3 into dir.
func (h *host) download(ctx context.Context, uri, dir string) error {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(uri, "s3://"), "/")
	if !ok || bucket == "" || key == "" {
		return refusef("submit directory %q: want s3://BUCKET/KEY of a tar.gz", uri)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := store{getenv: h.getenv, region: h.region()}
	said := false
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := s.get(ctx, bucket, key, func(body io.Reader) error { return h.unpack(body, dir) })
		if err == nil {
			return nil
		}
		if !errors.As(err, new(passing)) || ctx.Err() != nil {
			return fmt.Errorf("download %s: %w", uri, err)
		}
		if !said {
			h.say("download of %s is tried again: %v", uri, err)
			said = true
		}
		if err := empty(dir); err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("download %s: %w", uri, err)
		}
	}
}

func (h *host) region() string {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "SAGEMAKER_REGION"} {
		if region := h.env[name]; region != "" {
			return region
		}
	}
	return "us-east-1"
}

// passing is an error that may be over the next time.
type passing struct{ error }

func (p passing) Unwrap() error { return p.error }

// store gets objects of S3, of AWS or of an endpoint that variables name.
type store struct {
	getenv func(string) string
	region string
}

// get hands an object's content to take. Errors of the way there and of take's reading are passing; refusals are not.
func (s *store) get(ctx context.Context, bucket, key string, take func(io.Reader) error) error {
	keys, err := credentials(ctx, s.getenv)
	if err != nil {
		return err
	}
	for range 2 { // the second time in the bucket's own region
		res, err := s.request(ctx, keys, bucket, key)
		if err != nil {
			return passing{err}
		}
		if region := res.Header.Get("X-Amz-Bucket-Region"); res.StatusCode != http.StatusOK && region != "" && region != s.region {
			_ = res.Body.Close()
			s.region = region
			continue
		}
		return receive(res, take)
	}
	return errors.New("the bucket's region is not found")
}

func receive(res *http.Response, take func(io.Reader) error) error {
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		body := &watched{r: res.Body}
		if err := take(body); err != nil {
			if body.err != nil {
				return passing{err}
			}
			return err
		}
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
	err := fmt.Errorf("S3 answered %s: %s", res.Status, strings.TrimSpace(string(text)))
	if res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests {
		return passing{err}
	}
	return err
}

// watched remembers that reading failed, to tell a cut connection from a broken archive.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

func (s *store) request(ctx context.Context, keys sigv4.Keys, bucket, key string) (*http.Response, error) {
	u, err := s.address(bucket, key)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.URL = u
	if err := sigv4.Sign(r, keys, sigv4.Scope{Region: s.region, Service: "s3"}, time.Now()); err != nil {
		return nil, err
	}
	return client.Do(r)
}

// client follows no redirect: S3's tell the region, and the signature would not fit.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// address is an object's: below an endpoint, or at AWS in the bucket's own host name where the name allows it.
func (s *store) address(bucket, key string) (*url.URL, error) {
	for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT_URL"} {
		if endpoint := s.getenv(name); endpoint != "" {
			u, err := url.Parse(endpoint)
			if err != nil || u.Host == "" {
				return nil, fmt.Errorf("%s: %q is not a URL", name, endpoint)
			}
			return at(u.Scheme, u.Host, strings.TrimSuffix(u.Path, "/")+"/"+bucket+"/"+key), nil
		}
	}
	domain := "amazonaws.com"
	if strings.HasPrefix(s.region, "cn-") {
		domain += ".cn"
	}
	host := "s3." + s.region + "." + domain
	if strings.Contains(bucket, ".") { // no certificate fits
		return at("https", host, "/"+bucket+"/"+key), nil
	}
	return at("https", bucket+"."+host, "/"+key), nil
}

func at(scheme, host, path string) *url.URL {
	return &url.URL{Scheme: scheme, Host: host, Path: path, RawPath: sigv4.EscapePath(path)}
}
