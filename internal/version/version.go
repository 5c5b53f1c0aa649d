// Package version holds the one version number that the program, the archives and the Python package carry.
package version

// Version is the released version, semantic and without a leading v. The Python package's __version__ and the newest heading of
// CHANGELOG.md that is not "Unreleased" must agree with it; tests compare them.
const Version = "0.1.0"
