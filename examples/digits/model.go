package main

import (
	"encoding/json"
	"math"
	"os"
)

// A model is softmax regression: a row of weights for each class, one for each pixel and, as the last, the bias. The class with the
// largest score wins. Its file is JSON: {"classes": 10, "pixels": 64, "white": 16, "weights": […]}, with the rows one after the other; pixels are
// divided by white before they are multiplied.
type model []float64

const rowSize = pixels + 1

func newModel() model { return make(model, classes*rowSize) }

// probabilities of each class.
func (m model) probabilities(im *image) [classes]float64 {
	var p [classes]float64
	top := math.Inf(-1)
	for c := range p {
		row := m[c*rowSize : (c+1)*rowSize]
		p[c] = row[pixels]
		for i, v := range im.pixels {
			p[c] += row[i] * v
		}
		top = max(top, p[c])
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

// gradient adds the gradient of the images' losses to g, and returns the losses' sum. A loss is the negative logarithm of the
// probability of the right class.
func (m model) gradient(images []image, g []float64) (loss float64) {
	for n := range images {
		im := &images[n]
		p := m.probabilities(im)
		loss -= math.Log(max(p[im.label], math.SmallestNonzeroFloat64))
		p[im.label]--
		for c, e := range p {
			row := g[c*rowSize : (c+1)*rowSize]
			for i, v := range im.pixels {
				row[i] += e * v
			}
			row[pixels] += e
		}
	}
	return loss
}

// step goes against the mean gradient of n images.
func (m model) step(g []float64, rate float64, n int) {
	for i := range m {
		m[i] -= rate * g[i] / float64(n)
	}
}

// right counts the images of which the model finds the class.
func (m model) right(images []image) (n int) {
	for i := range images {
		p := m.probabilities(&images[i])
		best := 0
		for c := range p {
			if p[c] > p[best] {
				best = c
			}
		}
		if best == images[i].label {
			n++
		}
	}
	return n
}

// modelFile is the form on disk.
type modelFile struct {
	Classes int     `json:"classes"`
	Pixels  int     `json:"pixels"`
	White   float64 `json:"white"`
	Weights model   `json:"weights"`
}

func (m model) save(path string) error {
	data, err := json.Marshal(modelFile{classes, pixels, white, m})
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
