package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
)

// A wheel is a zip file laid out by the "binary distribution format" of the Python packaging specifications:
// https://packaging.python.org/en/latest/specifications/binary-distribution-format/

// wheelName is the file name of a wheel; several platform tags are joined by dots.
func wheelName(version string, tags []string) string {
	return fmt.Sprintf("sagefly-%s-py3-none-%s.whl", version, strings.Join(tags, "."))
}

// wheelContent lists the files of a wheel, RECORD last. The programs are installed scripts, so pip puts them on the environment's PATH.
// sagefly-train is data, to share/sagefly of the environment, where sagefly looks: it is for images and may not run here.
func wheelContent(version string, tags []string, b programs, src sources) []file {
	info := "sagefly-" + version + ".dist-info/"
	files := append([]file{}, src.python...)
	files = append(
		files,
		file{"sagefly-" + version + ".data/scripts/sagefly", 0o755, b.sagefly},
		file{"sagefly-" + version + ".data/scripts/sagefly-host", 0o755, b.host},
		file{"sagefly-" + version + ".data/data/share/sagefly/sagefly-train", 0o755, b.entry},
		file{info + "licenses/LICENSE", 0o644, src.licence},
		file{info + "METADATA", 0o644, metadata(version, src.readme)},
		file{info + "WHEEL", 0o644, wheelFile(version, tags)},
	)
	return append(files, file{info + "RECORD", 0o644, record(files, info+"RECORD")})
}

func metadata(version string, readme []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Metadata-Version: 2.1\nName: sagefly\nVersion: %s\n", version)
	b.WriteString("Summary: SageMaker training jobs on this machine: the sagefly program and a notebook helper\n" +
		"License: Apache-2.0\n" +
		"License-File: LICENSE\n" +
		"Project-URL: Source, https://github.com/sagefly/sagefly\n" +
		"Classifier: License :: OSI Approved :: Apache Software License\n" +
		"Classifier: Operating System :: POSIX :: Linux\n" +
		"Classifier: Operating System :: MacOS :: MacOS X\n" +
		"Classifier: Topic :: Scientific/Engineering :: Artificial Intelligence\n" +
		"Requires-Python: >=3.9\n" +
		"Description-Content-Type: text/markdown\n\n")
	b.Write(readme)
	return b.Bytes()
}

func wheelFile(version string, tags []string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Wheel-Version: 1.0\nGenerator: sagefly-dist (%s)\nRoot-Is-Purelib: false\n", version)
	for _, tag := range tags {
		fmt.Fprintf(&b, "Tag: py3-none-%s\n", tag)
	}
	return b.Bytes()
}

// record is the list of all files with hash and size; of itself it can say neither.
func record(files []file, self string) []byte {
	var b bytes.Buffer
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&b, "%s,sha256=%s,%d\n", f.path, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	fmt.Fprintf(&b, "%s,,\n", self)
	return b.Bytes()
}

func writeWheel(path string, files []file) error {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.path, Method: zip.Deflate, Modified: built}
		h.SetMode(f.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := w.Write(f.data); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, buf.Bytes(), 0o644)
}
