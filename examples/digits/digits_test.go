package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/collective"
)

func TestCallLearnsDigits(t *testing.T) {
	t.Parallel()
	out, err := Digits.Call(t.Context(), Input{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Accuracy < 0.9 || out.Images != 1438 || out.Host != "algo-1" {
		t.Errorf("output is %+v, want an accuracy of at least 0.9 from 1438 images", out)
	}
	data, err := os.ReadFile(string(out.Model))
	if err != nil {
		t.Fatal(err)
	}
	var file modelFile
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	images, _ := read("")
	_, held := split(images)
	if got := float64(file.Weights.right(held)) / float64(len(held)); got != out.Accuracy {
		t.Errorf("the saved model's accuracy is %v, the output's %v", got, out.Accuracy)
	}
}

// The data are as scikit-learn describes them: 1,797 images, and these many of each class.
func TestData(t *testing.T) {
	t.Parallel()
	images, err := read("data/digits.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	var count [classes]int
	for _, im := range images {
		count[im.label]++
	}
	if want := [classes]int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}; len(images) != 1797 || count != want {
		t.Errorf("%d images, by class %v, want %v", len(images), count, want)
	}
	for _, bad := range []string{"1,2\n", strings.Repeat("17,", 64) + "1\n", strings.Repeat("1,", 64) + "10\n", strings.Repeat("x,", 64) + "1\n"} {
		if _, err := parse(strings.NewReader(bad)); err == nil {
			t.Errorf("%.20q was read", bad)
		}
	}
}

// The gradient is the slope of the loss, by finite differences.
func TestGradient(t *testing.T) {
	t.Parallel()
	images, err := read("")
	if err != nil {
		t.Fatal(err)
	}
	images = images[:20]
	m, r := newModel(), rand.New(rand.NewPCG(1, 2))
	for i := range m {
		m[i] = r.NormFloat64()
	}
	g := make([]float64, len(m))
	m.gradient(images, g)
	loss := func(i int, by float64) float64 {
		moved := append(model(nil), m...)
		moved[i] += by
		return moved.gradient(images, make([]float64, len(m)))
	}
	const h = 1e-5
	for i := range m {
		slope := (loss(i, h) - loss(i, -h)) / (2 * h)
		if math.Abs(slope-g[i]) > 1e-5*max(1, math.Abs(slope)) {
			t.Errorf("weight %d: gradient %v, slope %v", i, g[i], slope)
		}
	}
}

// A step with momentum keeps a share of the one before: with 0.5, gradients 4 and 2 of two images and a rate of 0.1 move by 0.2 and then 0.1·(2+2)/2.
func TestMomentum(t *testing.T) {
	t.Parallel()
	r := &run{in: Input{Rate: 0.1, Optimizer: "momentum", Momentum: 0.5}, state: state{Model: make(model, 1), Velocity: make(model, 1)}}
	for i, want := range []float64{-0.2, -0.4} {
		r.step([]float64{[]float64{4, 2}[i]}, 2)
		if got := r.state.Model[0]; math.Abs(got-want) > 1e-15 {
			t.Errorf("after step %d at %v, want %v", i+1, got, want)
		}
	}
	out, err := Digits.Call(t.Context(), Input{Epochs: 3, Rate: 0.1, Optimizer: "momentum", Momentum: 0.9})
	if err != nil || out.Accuracy < 0.9 {
		t.Errorf("accuracy %v, %v", out.Accuracy, err)
	}
	for _, in := range []Input{{Momentum: 0.5}, {Optimizer: "momentum", Momentum: 1}, {Optimizer: "momentum", Momentum: -0.1}} {
		if _, err := Digits.Call(t.Context(), in); err == nil {
			t.Errorf("%+v was trained", in)
		}
	}
}

// The search can also be Hyperband's, whose resource is the field epochs: accuracy is logged once for each.
func TestSearchDefinition(t *testing.T) {
	t.Parallel()
	_, err := sagefly.OpenTuning("digits-hyperband", Digits, sagefly.TuningConfig{
		Objective: sagefly.Maximize("validation:accuracy"), Strategy: sagefly.Hyperband, Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(0.01, 2).Log()},
	})
	if err != nil {
		t.Error(err)
	}
	d := Search.Describe().Tuning
	if d.Task != "digits" || d.Ranges[2].Name != "momentum" || d.Ranges[2].When != "optimizer" || Search.Describe().Config.InstanceCount != 2 {
		t.Errorf("%+v", d)
	}
}

// Three processes learn the same model as one, but for the rounding of sums, and each of the three has the same bits.
func TestProcessesAgree(t *testing.T) {
	t.Parallel()
	for _, in := range []Input{{Rate: 0.5}, {Rate: 0.1, Optimizer: "momentum", Momentum: 0.9}} {
		agree(t, learn(t, 1, in)[0], learn(t, 3, in))
	}
}

func agree(t *testing.T, alone model, together []model) {
	t.Helper()
	for rank, m := range together {
		for i := range m {
			if math.Float64bits(m[i]) != math.Float64bits(together[0][i]) {
				t.Fatalf("rank %d: weight %d is %v, rank 0's %v", rank, i, m[i], together[0][i])
			}
			if math.Abs(m[i]-alone[i]) > 1e-9 {
				t.Fatalf("weight %d is %v, of one process %v", i, m[i], alone[i])
			}
		}
	}
}

// learn trains two epochs in a group of goroutines and returns each one's model.
func learn(t *testing.T, size int, in Input) []model {
	t.Helper()
	images, err := read("")
	if err != nil {
		t.Fatal(err)
	}
	train, held := split(images)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	models := make([]model, size)
	var wg sync.WaitGroup
	for rank := range size {
		wg.Go(func() {
			g, err := collective.Join(t.Context(), collective.Config{Rank: rank, Size: size, Address: address, Timeout: time.Minute})
			if err != nil {
				t.Error(err)
				return
			}
			defer g.Close()
			in := in
			in.Epochs, in.Batch, in.Seed = 2, 64, 1
			r := newRun(in, sagefly.Cluster{Rank: rank, Size: size}, g)
			r.train, r.held = train, held
			if err := r.epochs(t.Context()); err != nil {
				t.Error(err)
			}
			models[rank] = r.state.Model
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return models
}
