package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed asset
var assets embed.FS

// scripts are the parts of the page's script, in the order in which they stand in it.
func scripts() []string {
	return []string{"data", "draw", "axis", "pick", "scatter", "history", "slice", "parallel", "timeline", "curves", "importance", "table", "main"}
}

// view is what the template reads.
type view struct {
	Title, Line, Metric                                           string
	Facts, BestPairs                                              []pair
	Notes, Columns                                                []string
	Rows                                                          []row
	History, Slice, Parallel, Timeline, Curves, Importance, Table string
	Policy                                                        string
	Style                                                         template.CSS
	Script, Data                                                  template.JS
}

// Write writes the page of the search: one file that needs nothing else. The same search makes the same bytes, whenever it is written.
// Errors are the writer's.
func Write(w io.Writer, s Search) error {
	p := newPage(&s)
	v, err := p.view()
	if err != nil {
		return fmt.Errorf("write report of search %s: %w", s.Name, err)
	}
	t, err := template.ParseFS(assets, "asset/page.html")
	if err != nil {
		return fmt.Errorf("write report of search %s: %w", s.Name, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return fmt.Errorf("write report of search %s: %w", s.Name, err)
	}
	_, err = b.WriteTo(w)
	return err
}

func (p *page) view() (*view, error) {
	data, err := p.json()
	if err != nil {
		return nil, err
	}
	style, script, err := styleAndScript()
	if err != nil {
		return nil, err
	}
	v := &view{
		Title: p.title(), Line: p.line(), Metric: p.metric(), Facts: p.facts(), BestPairs: p.bestPairs(), Notes: p.search.Notes, Rows: p.rows(),
		History: p.historyFinding(), Slice: p.sliceFinding(), Parallel: p.parallelFinding(), Timeline: p.timelineFinding(),
		Curves: p.curvesFinding(), Importance: p.importanceFinding(), Table: p.tableFinding(),
		Policy: policy(style, script), Style: template.CSS(style), Script: template.JS(script), Data: template.JS(data),
	}
	for i := range p.axes {
		v.Columns = append(v.Columns, p.axes[i].Name)
	}
	return v, nil
}

func (p *page) title() string {
	if p.search.Name == "" {
		return "Search"
	}
	return p.search.Name
}

func styleAndScript() (style, script string, err error) {
	css, err := assets.ReadFile("asset/style.css")
	if err != nil {
		return "", "", err
	}
	var b strings.Builder
	b.WriteString("\n\"use strict\";\n(() => {\n")
	for _, name := range scripts() {
		text, err := assets.ReadFile("asset/" + name + ".js")
		if err != nil {
			return "", "", err
		}
		b.Write(text)
	}
	b.WriteString("})();\n")
	return "\n" + string(css), b.String(), nil
}

// policy forbids the page everything but its own style and script, each by its hash, so that nothing can slip in.
func policy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) + "; img-src data:; base-uri 'none'; form-action 'none'"
}
