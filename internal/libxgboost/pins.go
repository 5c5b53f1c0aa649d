// Package libxgboost finds the XGBoost library of one exact version on a machine and, when asked, fetches it as a pinned Python
// wheel through the user's own pip. It loads nothing and starts nothing but that pip.
//
// A model depends on the version that trained it, so a version stands for itself: nothing here accepts a near one.
package libxgboost

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Pin is one wheel, known by its content.
type Pin struct {
	Version string // of XGBoost, 3.0.5
	OS      string // as in GOOS
	Arch    string // as in GOARCH
	Package string // the distribution's name
	File    string // the wheel's file name
	SHA256  string // of the wheel, hexadecimal
	Size    int64  // of the wheel in bytes
}

// Pins returns every wheel that [Install] may fetch. The small CPU-only distribution is preferred where it exists; version 1.7.4 has
// none, and its Linux x86_64 wheel carries GPU code and is large. Two wheels of one platform differ in the C library they need; pip
// takes the one that fits.
func Pins() []Pin {
	return []Pin{
		{"3.0.5", "linux", "amd64", "xgboost-cpu", "xgboost_cpu-3.0.5-py3-none-manylinux_2_28_x86_64.whl", "ed5c141b88e53777b9bf8786881fd6e2e9032837c7e349052ab40363a14ac708", 4957384},
		{"3.0.5", "linux", "amd64", "xgboost-cpu", "xgboost_cpu-3.0.5-py3-none-manylinux2014_x86_64.whl", "d02fc0f158f6eeb4c851d94802b11748b4b8d154231aaa7304ad392f5c35850a", 4906495},
		{"3.0.5", "linux", "arm64", "xgboost-cpu", "xgboost_cpu-3.0.5-py3-none-manylinux_2_28_aarch64.whl", "9495654dc19b2bbf7f18328566adce2d3504dabf998f1185fac16ba6125d3fcb", 4603131},
		{"3.0.5", "linux", "arm64", "xgboost-cpu", "xgboost_cpu-3.0.5-py3-none-manylinux2014_aarch64.whl", "fdc0f33330d3426ec77947c906e1b315a14ebe3af7863ce4a12e1b172200d8c7", 4841888},
		{"3.0.5", "darwin", "arm64", "xgboost", "xgboost-3.0.5-py3-none-macosx_12_0_arm64.whl", "40c324c329bf74f44571cdafb7aa7435366309d76ec14b3e16874862aeb14351", 2025998},
		{"1.7.4", "linux", "amd64", "xgboost", "xgboost-1.7.4-py3-none-manylinux2014_x86_64.whl", "ef8033c2ab2c7694f3d8c498b72c24719e3505abfc3dc5b8d67dc42be0cdb7ff", 193559512},
		{"1.7.4", "linux", "arm64", "xgboost", "xgboost-1.7.4-py3-none-manylinux2014_aarch64.whl", "f8b32ff0cb3a0130e4f8f1ae69312b4839c877455f0ac9c03377fb159cf5aab7", 2642821},
		{"1.7.4", "darwin", "arm64", "xgboost", "xgboost-1.7.4-py3-none-macosx_12_0_arm64.whl", "31aec5c4acb9e23bee9b9200444de1d808a1a44f48136ec6a4fbe8d57fc1b13b", 1619796},
	}
}

// Versions returns the versions that have pins, newest first.
func Versions() []string {
	var all []string
	for _, p := range Pins() {
		if !slices.Contains(all, p.Version) {
			all = append(all, p.Version)
		}
	}
	return all
}

// Default is the version that the default image tag means.
const Default = "3.0.5"

// Describe returns the pin that says what Install would download on this machine: package, file and size. An empty version means
// [Default]. The error names the versions there are, or the platform that has none.
func Describe(version string) (Pin, error) {
	pins, err := pinsFor(orDefault(version), runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return Pin{}, err
	}
	return pins[0], nil
}

// String says what would be downloaded, in words for a person: "xgboost-cpu 3.0.5, 5.0 MB".
func (p Pin) String() string {
	return fmt.Sprintf("%s %s, %.1f MB", p.Package, p.Version, float64(p.Size)/1e6)
}

func orDefault(version string) string {
	if version == "" {
		return Default
	}
	return version
}

func pinsFor(version, os, arch string) ([]Pin, error) {
	var pins []Pin
	for _, p := range Pins() {
		if p.Version == version && p.OS == os && p.Arch == arch {
			pins = append(pins, p)
		}
	}
	switch {
	case len(pins) > 0:
		return pins, nil
	case !slices.Contains(Versions(), version):
		return nil, fmt.Errorf("xgboost %s: not a version this program knows (%s)", version, strings.Join(Versions(), ", "))
	default:
		return nil, fmt.Errorf("xgboost %s: no wheel is pinned for %s/%s; install the library yourself and set %s to its path", version, os, arch, Variable)
	}
}
