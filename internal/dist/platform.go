package main

import (
	"fmt"
	"strings"
)

// platform is one system the program is released for.
type platform struct {
	os, arch string
	// tags are the Python platform tags of its wheel. Linux: the program finds libdl, libpthread and libc by unversioned symbols
	// that glibc has had since the oldest manylinux, which checkFloor proves; musl has no such loader. macOS: the oldest version
	// that this Go release supports.
	tags []string
}

func platforms() []platform {
	return []platform{
		{"linux", "amd64", []string{"manylinux_2_17_x86_64", "manylinux2014_x86_64"}},
		{"linux", "arm64", []string{"manylinux_2_17_aarch64", "manylinux2014_aarch64"}},
		{"darwin", "arm64", []string{"macosx_12_0_arm64"}},
	}
}

func (p platform) name() string { return p.os + "/" + p.arch }

// choose returns the platform with that name, all of them for "".
func choose(name string) ([]platform, error) {
	var names []string
	for _, p := range platforms() {
		if p.name() == name {
			return []platform{p}, nil
		}
		names = append(names, p.name())
	}
	if name == "" {
		return platforms(), nil
	}
	return nil, fmt.Errorf("no platform %q; there are %s", name, strings.Join(names, ", "))
}
