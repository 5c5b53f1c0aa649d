package s3

import "net/http"

// checkRegion sends a request for a bucket of another region there, as S3's regional endpoints do: clients that follow learn the region
// from the header and sign again.
func (c *call) checkRegion() error {
	if !c.config.Regional || c.bucket == "" || c.key == "" && c.r.Method == http.MethodPut || c.query.Has("location") {
		return nil
	}
	b, err := c.objects.HeadBucket(c.ctx, c.bucket)
	if err != nil || b.Region == c.req.Region {
		return nil // a bucket that is not there is the operation's to say
	}
	c.w.Header().Set("X-Amz-Bucket-Region", b.Region)
	return newError("PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint. "+
		"Please send all future requests to this endpoint.")
}
