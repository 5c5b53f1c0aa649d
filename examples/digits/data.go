package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
)

//go:embed data/digits.csv.gz
var builtIn []byte

const (
	pixels  = 64   // of an image, 8 by 8
	white   = 16.0 // the brightest pixel
	classes = 10
)

// image is one handwritten digit.
type image struct {
	pixels [pixels]float64 // 0 to 1
	label  int
}

// read reads the images of a file, "" = those in the program.
func read(path string) ([]image, error) {
	if path == "" {
		return parse(bytes.NewReader(builtIn))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	images, err := parse(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return images, nil
}

// parse reads CSV, compressed or not: 64 pixels of 0 to 16 and the label, no header.
func parse(in io.Reader) ([]image, error) {
	buffered := bufio.NewReader(in)
	in = buffered
	if start, _ := buffered.Peek(2); string(start) == "\x1f\x8b" {
		zip, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, err
		}
		in = zip
	}
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = pixels + 1
	var images []image
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return images, nil
		}
		if err != nil {
			return nil, err
		}
		im, err := parseRow(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(images)+1, err)
		}
		images = append(images, im)
	}
}

func parseRow(row []string) (im image, err error) {
	for i, text := range row {
		v, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil:
			return im, err
		case i < pixels && v >= 0 && v <= white:
			im.pixels[i] = v / white
		case i == pixels && v >= 0 && v < classes && v == float64(int(v)):
			im.label = int(v)
		default:
			return im, fmt.Errorf("field %d: %s is neither a pixel of 0 to 16 nor a label of 0 to 9", i+1, text)
		}
	}
	return im, nil
}

// split holds out every fifth image.
func split(images []image) (train, held []image) {
	for i, im := range images {
		if i%5 == 4 {
			held = append(held, im)
		} else {
			train = append(train, im)
		}
	}
	return train, held
}
