package container

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// MaxFailure is how many characters of the failure file reach FailureReason.
const MaxFailure = 1024

// maxFailureFile bounds what is written: more than anybody is shown, for those who look into the file itself.
const maxFailureFile = 64 << 10

// WriteFailure leaves text as the reason why the program fails, cut after 64 KiB. An existing file is kept, as the
// training toolkit does: the first reason is the cause, later ones are consequences.
func (l Layout) WriteFailure(text string) error {
	if err := os.MkdirAll(l.Output(), 0o777); err != nil {
		return fmt.Errorf("write failure file: %w", err)
	}
	f, err := os.OpenFile(l.Failure(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write failure file: %w", err)
	}
	_, err = f.WriteString(firstBytes(text, maxFailureFile))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write failure file: %w", err)
	}
	return nil
}

// ReadFailure returns the first [MaxFailure] characters of the failure file, with bytes that are not UTF-8 replaced.
// ok is false when there is no such file. What is not a regular file counts as none: it belongs to the program, and
// reading a pipe could take for ever.
func (l Layout) ReadFailure() (text string, ok bool, err error) {
	info, err := os.Lstat(l.Failure())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read failure file: %w", err)
	}
	f, err := os.Open(l.Failure())
	if err != nil {
		return "", false, fmt.Errorf("read failure file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFailure*utf8.UTFMax))
	if err != nil {
		return "", false, fmt.Errorf("read failure file: %w", err)
	}
	return firstCharacters(string(data), MaxFailure), true, nil
}

// firstBytes cuts s after at most n bytes, not inside a character.
func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// CutReason keeps what the API's limit for FailureReason allows: [MaxFailure] characters.
func CutReason(text string) string { return firstCharacters(text, MaxFailure) }

// firstCharacters cuts s after n characters. A byte that is not UTF-8 is one character, U+FFFD.
func firstCharacters(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if n == 0 {
			break
		}
		b.WriteRune(r)
		n--
	}
	return b.String()
}
