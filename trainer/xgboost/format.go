package xgboost

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/trainer/xgboost/internal/text"
)

// The formats that the trainer reads.
const (
	formatCSV    = "csv"
	formatLIBSVM = "libsvm"
)

// formatOf is the format that a content type, already accepted by the channel check, stands for.
func formatOf(contentType string) (string, error) {
	switch strings.ToLower(contentType) {
	case "", "libsvm", "text/libsvm", "text/x-libsvm":
		return formatLIBSVM, nil
	case "csv", "text/csv":
		return formatCSV, nil
	}
	return "", userError("ContentType %s is accepted by the AWS image, but sagefly's trainer reads text/csv and text/libsvm only."+
		" Convert the data, or run the job on AWS.", contentType)
}

// checkFormat looks at the first lines of a channel's files as the container does before it loads them.
func checkFormat(path, format string, log *logger) error {
	files, err := checkedFiles(path)
	if err != nil {
		return err
	}
	for _, file := range files {
		if format == formatCSV {
			_, err = sniffFile(file, log)
		} else {
			err = checkLIBSVM(file, log)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sniffFile finds and logs the delimiter of a CSV file.
func sniffFile(file string, log *logger) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", userError("%s cannot be read: %v", file, err)
	}
	defer f.Close()
	line, err := firstLine(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return "", userError("%s cannot be read: %v", file, err)
	}
	delimiter, err := text.Sniff(line)
	if err != nil {
		return "", userError("Could not determine delimiter on line %s:\n%v", clip(line, 50), err)
	}
	log.info("Determined delimiter of CSV input is '%s'", delimiter)
	return delimiter, nil
}

// firstLine reads a line as Python does: LF, CR LF and CR end it and become LF; bytes that are not UTF-8 are dropped. An empty file
// gives an empty line.
func firstLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		c, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		if c == '\r' {
			if next, err := r.Peek(1); err == nil && next[0] == '\n' {
				_, _ = r.Discard(1)
			}
			c = '\n'
		}
		line = append(line, c)
		if c == '\n' {
			break
		}
	}
	return strings.ToValidUTF8(string(line), ""), nil
}

// checkLIBSVM reads lines until one has more than one feature. A line that is no libsvm line before that is an error.
func checkLIBSVM(file string, log *logger) error {
	f, err := os.Open(file)
	if err != nil {
		return userError("%s cannot be read: %v", file, err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	for {
		line, err := firstLine(r)
		if err != nil {
			return userError("%s cannot be read: %v", file, err)
		}
		if line == "" {
			break
		}
		n := libsvmFeatures(line, log)
		if n > 1 {
			return nil
		}
		if n < 0 {
			return userError("First line '%s...' of file '%s' is not 'LIBSVM' format. Please ensure the file is in 'LIBSVM' format.",
				clip(line, 50), filepath.Base(file))
		}
	}
	log.warn("File %s is not an invalid LIBSVM file but has no features. Accepting simple validation.", filepath.Base(file))
	return nil
}

// libsvmFeatures counts the features of a line; -1 when it is no libsvm line. The container looks at the first feature only.
func libsvmFeatures(line string, log *logger) int {
	fields := strings.Split(line, " ")
	label := strings.Split(fields[0], ":")
	valid := len(label) <= 2
	for _, part := range label {
		valid = valid && isFloat(part)
	}
	if !valid {
		log.fail("%s does not follow LIBSVM label format <label>(:<weight>).", fields[0])
		return -1
	}
	for _, field := range fields[1:] {
		if !strings.Contains(field, ":") || strings.Count(fields[1], ":") != 1 {
			return -1
		}
	}
	return len(fields) - 1
}

// isFloat reports whether Python's float() takes s.
func isFloat(s string) bool {
	s = strings.TrimSpace(s)
	_, err := strconv.ParseFloat(s, 64)
	return (err == nil || errors.Is(err, strconv.ErrRange)) && !strings.ContainsAny(s, "xXpP")
}

// clip cuts s after n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
