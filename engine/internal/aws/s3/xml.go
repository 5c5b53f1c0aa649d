package s3

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// answer writes a document. Its root is the value's XMLName or type name.
func (c *call) answer(v any) error {
	body, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	return c.answerText(string(body))
}

func (c *call) answerText(body string) error {
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(xml.Header)+len(body)))
	c.w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(c.w, xml.Header+body) // the client may be gone
	return nil
}

// readXML decodes a body of at most 8 MiB, several times what a thousand of the longest keys take. An empty body leaves v.
func (c *call) readXML(v any) error {
	const most = 8 << 20
	in, err := c.content()
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(in.reader, most+1))
	if err != nil {
		return err
	}
	if len(data) > most {
		return malformedXML()
	}
	if err := in.check(md5Hex(data), map[string]string{}); err != nil || len(data) == 0 {
		return err
	}
	if err := xml.Unmarshal(data, v); err != nil {
		return malformedXML()
	}
	return nil
}

func malformedXML() *Error {
	return newError("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func quote(etag string) string { return `"` + etag + `"` }

// owner is the canonical user of an account, a made-up one.
type owner struct {
	ID string
}

func (c *call) owner() *owner { return &owner{ID: fmt.Sprintf("%064s", c.req.Account)} }

// encodeURL is what encoding-type=url does to keys, so that any key survives XML.
func encodeURL(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
