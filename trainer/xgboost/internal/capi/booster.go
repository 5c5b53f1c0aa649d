package capi

import (
	"fmt"
	"unsafe"
)

// Booster is a model under training.
type Booster struct {
	lib    *Library
	handle uintptr
}

// NewBooster makes a booster that keeps prediction caches for the given matrices. Their order and number matter for the result
// being the same as Python's: it passes the training matrix, then every evaluation matrix.
func (l *Library) NewBooster(cache []*Matrix) (*Booster, error) {
	handles := make([]uintptr, len(cache), len(cache)+1)
	for i, m := range cache {
		handles[i] = m.handle
	}
	b := &Booster{lib: l}
	if err := l.call("XGBoosterCreate", uintptr(unsafe.Pointer(unsafe.SliceData(handles))), uintptr(len(handles)), uintptr(unsafe.Pointer(&b.handle))); err != nil {
		return nil, err
	}
	return b, nil
}

// SetParam sets a parameter; setting eval_metric again adds a metric.
func (b *Booster) SetParam(name, value string) error {
	n, v := cString(name), cString(value)
	return b.lib.call("XGBoosterSetParam", b.handle, uintptr(unsafe.Pointer(&n[0])), uintptr(unsafe.Pointer(&v[0])))
}

// Update adds the trees of one round.
func (b *Booster) Update(round int, train *Matrix) error {
	return b.lib.call("XGBoosterUpdateOneIter", b.handle, uintptr(round), train.handle)
}

// Eval returns the library's evaluation line of a round: "[3]\ttrain-rmse:1.25\tvalidation-rmse:1.5".
func (b *Booster) Eval(round int, matrices []*Matrix, names []string) (string, error) {
	handles := make([]uintptr, len(matrices))
	pointers := make([]*byte, len(names))
	for i := range matrices {
		name := cString(names[i])
		handles[i], pointers[i] = matrices[i].handle, &name[0]
	}
	// The name pointers are Go memory inside Go memory, which the collector does not move; the slices live until the call returns.
	var text uintptr
	err := b.lib.call("XGBoosterEvalOneIter", b.handle, uintptr(round), uintptr(unsafe.Pointer(unsafe.SliceData(handles))),
		uintptr(unsafe.Pointer(unsafe.SliceData(pointers))), uintptr(len(handles)), uintptr(unsafe.Pointer(&text)))
	if err != nil {
		return "", err
	}
	return goString(text), nil
}

// Prediction is a table of predictions in row order.
type Prediction struct {
	Values  []float32
	Rows    int
	Columns int  // 1 for one value a row
	Matrix  bool // the library calls it two-dimensional, as for multi:softprob
}

// Predict returns the predictions of all trees: the transformed ones, or the raw margins.
func (b *Booster) Predict(m *Matrix, kind PredictKind) (Prediction, error) {
	config := cString(fmt.Sprintf(`{"type":%d,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false}`, kind))
	var shape, data uintptr
	var dims uint64
	err := b.lib.call("XGBoosterPredictFromDMatrix", b.handle, m.handle, uintptr(unsafe.Pointer(&config[0])), uintptr(unsafe.Pointer(&shape)), uintptr(unsafe.Pointer(&dims)), uintptr(unsafe.Pointer(&data)))
	if err != nil {
		return Prediction{}, err
	}
	sizes := copied[uint64](shape, dims)
	p := Prediction{Rows: 1, Columns: 1, Matrix: dims > 1}
	for i, size := range sizes {
		if i == 0 {
			p.Rows = int(size)
		} else {
			p.Columns *= int(size)
		}
	}
	p.Values = copied[float32](data, uint64(p.Rows*p.Columns))
	return p, nil
}

// PredictKind is the type member of the library's prediction configuration.
type PredictKind int

// What to predict.
const (
	Transformed PredictKind = 0
	Margin      PredictKind = 1
)

// SetAttr stores an attribute in the model.
func (b *Booster) SetAttr(name, value string) error {
	n, v := cString(name), cString(value)
	return b.lib.call("XGBoosterSetAttr", b.handle, uintptr(unsafe.Pointer(&n[0])), uintptr(unsafe.Pointer(&v[0])))
}

// Slice makes a booster of rounds [begin, end).
func (b *Booster) Slice(begin, end int) (*Booster, error) {
	part := &Booster{lib: b.lib}
	if err := b.lib.call("XGBoosterSlice", b.handle, uintptr(begin), uintptr(end), 1, uintptr(unsafe.Pointer(&part.handle))); err != nil {
		return nil, err
	}
	return part, nil
}

// Copy makes a booster with the same model and configuration and without prediction caches.
func (b *Booster) Copy() (*Booster, error) {
	var n uint64
	var data uintptr
	if err := b.lib.call("XGBoosterSerializeToBuffer", b.handle, uintptr(unsafe.Pointer(&n)), uintptr(unsafe.Pointer(&data))); err != nil {
		return nil, err
	}
	image := copied[byte](data, n)
	other, err := b.lib.NewBooster(nil)
	if err != nil {
		return nil, err
	}
	if err := b.lib.call("XGBoosterUnserializeFromBuffer", other.handle, uintptr(unsafe.Pointer(unsafe.SliceData(image))), uintptr(n)); err != nil {
		return nil, err
	}
	return other, nil
}

// Save writes the model. The library chooses the format by the file name's ending: .json, .ubj, else its default.
func (b *Booster) Save(path string) error {
	name := cString(path)
	return b.lib.call("XGBoosterSaveModel", b.handle, uintptr(unsafe.Pointer(&name[0])))
}

// Free gives the library's memory back. The booster may not be used afterwards.
func (b *Booster) Free() error { return b.lib.call("XGBoosterFree", b.handle) }
