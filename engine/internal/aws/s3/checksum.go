package s3

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"os"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// Names of headers that say checksums, as they are stored with an object.
const (
	sumPrefix     = "x-amz-checksum-"
	sumTypeHeader = "x-amz-checksum-type"
	sumAlgoHeader = "x-amz-checksum-algorithm"
	fullObject    = "FULL_OBJECT"
	composite     = "COMPOSITE"
)

// Reversed polynomials.
const (
	polyCRC64NVME = 0x9a6c9329ac4bc9b5
	polyCRC32C    = crc32.Castagnoli
)

// algorithms are those of S3, but for the XXHASH family, which nobody sends unasked.
func algorithms() []string {
	return []string{"crc32", "crc32c", "crc64nvme", "md5", "sha1", "sha256", "sha512"}
}

func sumHeader(algo string) string { return sumPrefix + algo }

// newSum returns nil for an algorithm that S3 does not have.
func newSum(algo string) hash.Hash {
	switch algo {
	case "crc32":
		return crc32.NewIEEE()
	case "crc32c":
		return crc32.New(crc32.MakeTable(polyCRC32C))
	case "crc64nvme":
		return crc64.New(crc64.MakeTable(polyCRC64NVME))
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	case "sha512":
		return sha512.New()
	}
	return nil
}

// isSum says whether a stored header is a checksum or its type.
func isSum(name string) bool { return strings.HasPrefix(name, sumPrefix) }

// isValue says whether a header is a checksum itself.
func isValue(name string) bool {
	return isSum(name) && name != sumTypeHeader && name != sumAlgoHeader && name != sumPrefix+"mode"
}

// sumFile takes the checksum of a file.
func sumFile(path, algo string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	sum := newSum(algo)
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(sum.Sum(nil)), nil
}

// joinSums is the checksum of an object made of parts: of the parts' checksums (composite), or of the content, which CRCs
// of parts suffice for. ok is false when a part has none of the algorithm.
func joinSums(parts []object.Part, algo, kind string) (sum string, ok bool) {
	all := newSum(algo)
	var crc uint64
	for _, p := range parts {
		raw, err := base64.StdEncoding.DecodeString(p.Headers[sumHeader(algo)])
		if err != nil || len(raw) != all.Size() {
			return "", false
		}
		all.Write(raw)
		if kind == fullObject {
			crc = appendCRC(algo, crc, asUint(raw), p.Size)
		}
	}
	if kind != fullObject {
		return fmt.Sprintf("%s-%d", base64.StdEncoding.EncodeToString(all.Sum(nil)), len(parts)), true
	}
	raw := binary.BigEndian.AppendUint64(nil, crc)
	return base64.StdEncoding.EncodeToString(raw[8-all.Size():]), true
}

func asUint(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

// appendCRC returns the CRC of two contents in a row from the CRC of each and the second's length. Appending a zero byte to
// a content multiplies its CRC by x^8 modulo the polynomial, so length zero bytes multiply it by x^(8·length); adding the
// second CRC then puts the second content in the zeros' place (the inversions before and after cancel out).
func appendCRC(algo string, first, second uint64, length int64) uint64 {
	poly, top := polyOf(algo)
	factor, square := top, top>>8 // reflected: 1 and x^8
	for n := length; n > 0; n >>= 1 {
		if n&1 == 1 {
			factor = multiply(factor, square, poly, top)
		}
		square = multiply(square, square, poly, top)
	}
	return multiply(first, factor, poly, top) ^ second
}

// multiply multiplies reflected polynomials over GF(2); top is the bit of x^0.
func multiply(a, b, poly, top uint64) (product uint64) {
	mask := top | (top - 1)
	for ; a != 0; a = (a << 1) & mask {
		if a&top != 0 {
			product ^= b
		}
		low := b & 1
		b >>= 1
		if low == 1 {
			b ^= poly
		}
	}
	return product
}

func polyOf(algo string) (poly, top uint64) {
	switch algo {
	case "crc32":
		return crc32.IEEE, 1 << 31
	case "crc32c":
		return polyCRC32C, 1 << 31
	}
	return polyCRC64NVME, 1 << 63
}
