// Package capi calls the C API of libxgboost without cgo. It has only what the training program needs, for versions 1.7 to 3.0.
//
// The library keeps its random engine, its communicator, its last error and its log callback per operating system thread. Everything
// done with one booster, and with the matrices it uses, therefore has to happen on one locked thread: callers lock it with
// [runtime.LockOSThread] before [Open] and keep it. Nothing here is safe for concurrent use.
package capi

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Library is a loaded libxgboost.
type Library struct {
	path    string
	handle  uintptr
	version Version
	symbols map[string]uintptr
}

// Version is what XGBoostVersion reports.
type Version struct{ Major, Minor, Patch int }

// String prints the version as in 3.0.5.
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Open loads the shared library at path and asks for its version. A path without a slash is searched by the system's loader.
// Close unloads it; a program that trains keeps it.
func Open(path string) (*Library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("load %s: %s", path, strings.TrimPrefix(err.Error(), path+": "))
	}
	lib := &Library{path: path, handle: handle, symbols: map[string]uintptr{}}
	version, err := lib.symbol("XGBoostVersion")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("load %s: not an XGBoost library of version 1.0 or later", path), lib.Close())
	}
	var major, minor, patch int32
	purego.SyscallN(version, uintptr(unsafe.Pointer(&major)), uintptr(unsafe.Pointer(&minor)), uintptr(unsafe.Pointer(&patch)))
	lib.version = Version{int(major), int(minor), int(patch)}
	return lib, nil
}

// Path returns the path given to Open.
func (l *Library) Path() string { return l.path }

// Version returns the version that the library reports.
func (l *Library) Version() Version { return l.version }

// Close unloads the library. Nothing that came from it may be used afterwards.
func (l *Library) Close() error { return purego.Dlclose(l.handle) }

// Has reports whether the library exports a function.
func (l *Library) Has(name string) bool {
	_, err := l.symbol(name)
	return err == nil
}

func (l *Library) symbol(name string) (uintptr, error) {
	if f, ok := l.symbols[name]; ok {
		return f, nil
	}
	f, err := purego.Dlsym(l.handle, name)
	if err != nil {
		return 0, fmt.Errorf("%s: no function %s", l.path, name)
	}
	l.symbols[name] = f
	return f, nil
}

// call calls a function that returns 0 for success and turns anything else into the library's own error text.
//
//go:uintptrescapes
func (l *Library) call(name string, args ...uintptr) error {
	f, err := l.symbol(name)
	if err != nil {
		return err
	}
	if code, _, _ := purego.SyscallN(f, args...); int32(code) == 0 {
		return nil
	}
	last, err := l.symbol("XGBGetLastError")
	if err != nil {
		return err
	}
	text, _, _ := purego.SyscallN(last)
	return &Error{Text: goString(text)}
}

// Error is an error that the library reported.
type Error struct {
	Text string // as the library wrote it, often several lines with a C++ stack trace
}

// Error returns Text.
func (e *Error) Error() string { return e.Text }

// OnLog sends the library's messages, which would go to stderr, to handle. It holds for the calling thread.
func (l *Library) OnLog(handle func(message string)) error {
	callback := purego.NewCallback(func(message uintptr) uintptr {
		handle(goString(message))
		return 0
	})
	return l.call("XGBRegisterLogCallback", callback)
}

// cString returns s with a terminating NUL; keep the slice alive during the call that gets its address.
func cString(s string) []byte { return append([]byte(s), 0) }

// goString copies a C string.
func goString(p uintptr) string {
	if p == 0 {
		return ""
	}
	start := foreign[byte](p)
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(start), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(start, n))
}

// foreign turns an address of C memory into a pointer. The indirection keeps vet from taking it for an address of Go memory.
func foreign[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// copied copies n values out of C memory.
func copied[T any](p uintptr, n uint64) []T {
	if p == 0 || n == 0 {
		return nil
	}
	return append([]T(nil), unsafe.Slice(foreign[T](p), n)...)
}
