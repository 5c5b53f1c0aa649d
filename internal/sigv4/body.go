package sigv4

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Payload is the content of a body, without framing. Read checks what the request says of the content (length, hash,
// chunk signatures) and returns io.EOF only when all of it holds.
type Payload struct {
	io.Reader
	// Length is what the content will have, -1 when the request does not say.
	Length int64
	// Trailer are the headers after the content; complete after io.EOF, nil when none may come.
	Trailer http.Header
}

// Body returns the content of a request to S3. The signatures of chunks are verified when the request's context has a
// [Proof]. Errors, here or while reading: [ErrFraming], [ErrIncomplete], [ErrPayload], [ErrMismatch].
func Body(r *http.Request) (*Payload, error) {
	said := r.Header.Get(payloadHeader)
	if !strings.HasPrefix(said, "STREAMING-") && !isChunked(r) {
		p := &Payload{Reader: r.Body, Length: r.ContentLength}
		if len(said) == 64 {
			p.Reader = &hashReader{r: r.Body, sum: sha256.New(), want: said}
		}
		return p, nil
	}
	p := &Payload{Length: -1}
	if text := r.Header.Get("X-Amz-Decoded-Content-Length"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%w: X-Amz-Decoded-Content-Length is %q", ErrFraming, text)
		}
		p.Length = n
	}
	c := &chunkReader{r: bufio.NewReaderSize(r.Body, 32<<10), payload: p}
	if strings.HasSuffix(said, "-TRAILER") {
		p.Trailer = http.Header{}
	}
	if proof, ok := r.Context().Value(proofKey{}).(Proof); ok && strings.HasPrefix(said, "STREAMING-"+algorithm) {
		c.signer, c.previous, c.sum = &proof.signer, proof.Signature, sha256.New()
	}
	p.Reader = c
	return p, nil
}

func isChunked(r *http.Request) bool {
	for _, v := range r.Header.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(v, ",") {
			if strings.TrimSpace(coding) == "aws-chunked" {
				return r.Header.Get("X-Amz-Decoded-Content-Length") != ""
			}
		}
	}
	return false
}

// hashReader compares the SHA-256 at the end.
type hashReader struct {
	r    io.Reader
	sum  hash.Hash
	want string
}

func (h *hashReader) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.sum.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(h.sum.Sum(nil)) != strings.ToLower(h.want) {
		return n, ErrPayload
	}
	return n, err
}

// chunkReader reads
//
//	SIZE[;chunk-signature=SIGNATURE] CRLF DATA CRLF … 0[;…] CRLF [NAME:VALUE CRLF …] CRLF
//
// with sizes in hexadecimal. Each signature covers the one before, the first one that of the request's header.
type chunkReader struct {
	r        *bufio.Reader
	payload  *Payload
	left     int64 // of the chunk's data
	total    int64
	inside   bool // a chunk's data has begun and its CRLF is to come
	err      error
	signer   *signer // nil = signatures are not verified
	previous string
	claimed  string
	sum      hash.Hash
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, c.err
	}
	for c.err == nil && c.left == 0 {
		c.err = c.advance()
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.total += int64(n)
	if c.sum != nil {
		c.sum.Write(p[:n])
	}
	if err != nil {
		c.err = short(err)
	}
	return n, c.err
}

// advance ends the present chunk and reads the head of the next. It returns io.EOF after the last.
func (c *chunkReader) advance() error {
	if c.inside {
		if err := c.endData(); err != nil {
			return err
		}
	}
	line, err := c.line()
	if err != nil {
		return short(err)
	}
	size, ext, _ := strings.Cut(line, ";")
	n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 63)
	if err != nil {
		return fmt.Errorf("%w: chunk size %.20q", ErrFraming, size)
	}
	c.left, c.inside = int64(n), true
	c.claimed = strings.TrimPrefix(strings.TrimSpace(ext), "chunk-signature=")
	if c.payload.Length >= 0 && c.left > c.payload.Length-c.total {
		return fmt.Errorf("%w: more than %d bytes", ErrIncomplete, c.payload.Length)
	}
	if n > 0 {
		return nil
	}
	return c.end()
}

// endData reads the line end after a chunk's data and verifies the chunk.
func (c *chunkReader) endData() error {
	line, err := c.line()
	if err != nil {
		return short(err)
	}
	if line != "" {
		return fmt.Errorf("%w: a chunk is longer than its size", ErrFraming)
	}
	return c.verifyChunk()
}

func (c *chunkReader) verifyChunk() error {
	if c.signer == nil {
		return nil
	}
	want := c.signer.sign(algorithm+"-PAYLOAD", c.previous, hashHex(""), hex.EncodeToString(c.sum.Sum(nil)))
	c.sum.Reset()
	c.previous = want
	if want != c.claimed {
		return fmt.Errorf("%w: of a chunk that ends at byte %d", ErrMismatch, c.total)
	}
	return nil
}

// end verifies the last, empty chunk and reads trailers up to the empty line or the body's end.
func (c *chunkReader) end() error {
	if err := c.verifyChunk(); err != nil {
		return err
	}
	signature, signed, err := c.trailers()
	if err != nil {
		return err
	}
	if c.signer != nil && c.payload.Trailer != nil {
		if want := c.signer.sign(algorithm+"-TRAILER", c.previous, hashHex(signed)); want != signature {
			return fmt.Errorf("%w: of the trailer", ErrMismatch)
		}
	}
	if c.payload.Length >= 0 && c.total != c.payload.Length {
		return fmt.Errorf("%w: %d bytes instead of %d", ErrIncomplete, c.total, c.payload.Length)
	}
	return io.EOF
}

// trailers reads the headers after the content, their signature, and the text that is signed.
func (c *chunkReader) trailers() (signature, signed string, err error) {
	const maxTrailers = 32
	for range maxTrailers {
		line, err := c.line()
		if err == io.EOF && line == "" {
			return signature, signed, nil // clients are known to leave the last CRLF out
		}
		if err != nil {
			return "", "", err
		}
		if line == "" {
			return signature, signed, nil
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || c.payload.Trailer == nil:
			return "", "", fmt.Errorf("%w: trailer %.40q", ErrFraming, line)
		case name == "x-amz-trailer-signature":
			signature = value
		default:
			c.payload.Trailer.Add(name, value)
			signed += name + ":" + value + "\n"
		}
	}
	return "", "", fmt.Errorf("%w: more than %d trailers", ErrFraming, maxTrailers)
}

// line reads up to a line end, which is CRLF, or LF as some trailers have it.
func (c *chunkReader) line() (string, error) {
	text, err := c.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", fmt.Errorf("%w: a line is too long", ErrFraming)
	}
	if err != nil {
		if err == io.EOF && len(text) > 0 {
			return "", ErrIncomplete
		}
		return "", err
	}
	return strings.TrimSuffix(string(text[:len(text)-1]), "\r"), nil
}

// short turns an early end into the error that says so.
func short(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends early", ErrIncomplete)
	}
	return err
}
