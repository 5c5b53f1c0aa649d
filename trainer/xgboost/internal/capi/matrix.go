package capi

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

// Matrix is a DMatrix: rows of features with labels and weights, in the library's memory.
type Matrix struct {
	lib    *Library
	handle uintptr
}

// FromDense makes a matrix of rows × columns from values in row order; NaN means missing. The library copies the values.
func (l *Library) FromDense(values []float32, rows, columns int) (*Matrix, error) {
	if len(values) != rows*columns {
		return nil, fmt.Errorf("make matrix: %d values for %d rows of %d columns", len(values), rows, columns)
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	data := unsafe.SliceData(values)
	if len(values) > 0 {
		pin.Pin(data)
	}
	array := cString(fmt.Sprintf(`{"data":[%d,true],"shape":[%d,%d],"typestr":"<f4","version":3}`,
		uintptr(unsafe.Pointer(data)), rows, columns))
	config := cString(`{"missing":NaN,"nthread":0}`)
	m := &Matrix{lib: l}
	err := l.call("XGDMatrixCreateFromDense", uintptr(unsafe.Pointer(&array[0])), uintptr(unsafe.Pointer(&config[0])), uintptr(unsafe.Pointer(&m.handle)))
	runtime.KeepAlive(values)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// FromURI makes a matrix with the library's own text loader. The URI is one path or several joined by semicolons, followed by
// ?format=csv or ?format=libsvm and the format's options.
func (l *Library) FromURI(uri string) (*Matrix, error) {
	m := &Matrix{lib: l}
	if l.Has("XGDMatrixCreateFromURI") {
		config := cString(`{"uri":"` + escape(uri) + `","silent":1,"data_split_mode":0}`)
		if err := l.call("XGDMatrixCreateFromURI", uintptr(unsafe.Pointer(&config[0])), uintptr(unsafe.Pointer(&m.handle))); err != nil {
			return nil, err
		}
		return m, nil
	}
	name := cString(uri)
	if err := l.call("XGDMatrixCreateFromFile", uintptr(unsafe.Pointer(&name[0])), 1, uintptr(unsafe.Pointer(&m.handle))); err != nil {
		return nil, err
	}
	return m, nil
}

// SetFloats sets "label" or "weight", one value per row. The library copies them.
func (m *Matrix) SetFloats(field string, values []float32) error {
	name := cString(field)
	data := unsafe.SliceData(values)
	err := m.lib.call("XGDMatrixSetFloatInfo", m.handle, uintptr(unsafe.Pointer(&name[0])), uintptr(unsafe.Pointer(data)), uintptr(len(values)))
	runtime.KeepAlive(values)
	return err
}

// Floats returns a copy of "label" or "weight"; nil when the matrix has none.
func (m *Matrix) Floats(field string) ([]float32, error) {
	name := cString(field)
	var n uint64
	var data uintptr
	if err := m.lib.call("XGDMatrixGetFloatInfo", m.handle, uintptr(unsafe.Pointer(&name[0])), uintptr(unsafe.Pointer(&n)), uintptr(unsafe.Pointer(&data))); err != nil {
		return nil, err
	}
	return copied[float32](data, n), nil
}

// Rows returns the number of rows.
func (m *Matrix) Rows() (int, error) { return m.count("XGDMatrixNumRow") }

// Columns returns the number of features.
func (m *Matrix) Columns() (int, error) { return m.count("XGDMatrixNumCol") }

func (m *Matrix) count(function string) (int, error) {
	var n uint64
	if err := m.lib.call(function, m.handle, uintptr(unsafe.Pointer(&n))); err != nil {
		return 0, err
	}
	return int(n), nil
}

// Slice makes a matrix of some of the rows, with their labels and weights.
func (m *Matrix) Slice(rows []int32) (*Matrix, error) {
	if len(rows) == 0 {
		return nil, errors.New("slice matrix: no rows")
	}
	part := &Matrix{lib: m.lib}
	err := m.lib.call("XGDMatrixSliceDMatrixEx", m.handle, uintptr(unsafe.Pointer(&rows[0])), uintptr(len(rows)), uintptr(unsafe.Pointer(&part.handle)), 0)
	if err != nil {
		return nil, err
	}
	return part, nil
}

// CSR returns the stored entries by row: offsets (rows+1), column indices, values. Missing values have no entry.
func (m *Matrix) CSR() (offsets []uint64, columns []uint32, values []float32, err error) {
	rows, err := m.Rows()
	if err != nil {
		return nil, nil, nil, err
	}
	n, err := m.count("XGDMatrixNumNonMissing")
	if err != nil {
		return nil, nil, nil, err
	}
	// One spare element keeps the address of an empty slice valid.
	offsets, columns, values = make([]uint64, rows+1, rows+2), make([]uint32, n, n+1), make([]float32, n, n+1)
	config := cString("{}")
	err = m.lib.call("XGDMatrixGetDataAsCSR", m.handle, uintptr(unsafe.Pointer(&config[0])), uintptr(unsafe.Pointer(unsafe.SliceData(offsets))),
		uintptr(unsafe.Pointer(unsafe.SliceData(columns))), uintptr(unsafe.Pointer(unsafe.SliceData(values))))
	if err != nil {
		return nil, nil, nil, err
	}
	return offsets, columns, values, nil
}

// Free gives the library's memory back. The matrix may not be used afterwards.
func (m *Matrix) Free() error { return m.lib.call("XGDMatrixFree", m.handle) }

// escape prepares a string for the library's JSON reader, which knows the short escapes and takes all other bytes as they are.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(s)
}
