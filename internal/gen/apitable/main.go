// Command apitable writes api/z_table.go from api/model.json, the committed extract of the public service model.
//
// It runs in the folder of package api: go run ../internal/gen/apitable. The extract itself is cut by cut.py
// beside this file, by hand, when the API grows. The output depends on nothing but model.json.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type model struct {
	Metadata       struct{ Source string }
	OperationNames []string
	Operations     map[string]operation
	Shapes         map[string]shape
}

type operation struct {
	Input, Output string
	Errors        []string
}

type shape struct {
	Type               string
	Min, Max           *float64
	Pattern, Printed   string
	Enum, Required     []string
	Members            []member
	Member, Key, Value string
}

type member struct{ Name, Shape string }

func main() {
	if err := run("model.json", "z_table.go"); err != nil {
		fmt.Fprintln(os.Stderr, "apitable:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	var m model
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("read %s: %w", in, err)
	}
	source, err := render(m)
	if err != nil {
		return err
	}
	return os.WriteFile(out, source, 0o644)
}
