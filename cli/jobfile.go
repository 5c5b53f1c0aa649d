//go:build !sagefly_task

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"go.yaml.in/yaml/v3"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/internal/nearest"
)

// jobFile is a request in YAML or JSON (which YAML contains) with the place of each member.
type jobFile struct {
	path string
	root *yaml.Node
	tree map[string]any
}

// readJobFile reads a file; "-" is the standard input.
func readJobFile(path string, stdin io.Reader) (*jobFile, error) {
	var text []byte
	var err error
	if path == "-" {
		text, err = io.ReadAll(stdin)
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		p := refused("the job file cannot be read", err.Error())
		p.Where = path
		return nil, p
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		p := refused("the job file is no YAML or JSON", strings.TrimPrefix(err.Error(), "yaml: "))
		p.Where = path
		return nil, p
	}
	f := &jobFile{path: path}
	if len(doc.Content) == 1 {
		f.root = doc.Content[0]
	}
	if f.root == nil || f.root.Kind != yaml.MappingNode {
		p := refused("the job file holds no request", "a request is a map of members")
		p.Where = path
		return nil, p
	}
	var whole any
	if err := f.root.Decode(&whole); err != nil { // repeated members, aliases that contain themselves or explode
		p := refused("the job file is no request", strings.TrimPrefix(err.Error(), "yaml: "))
		p.Where = path
		return nil, p
	}
	tree, err := nodeTree(f.root)
	if err != nil {
		p := refused("the job file has a value that no request can have", err.Error())
		p.Where = path
		return nil, p
	}
	f.tree = tree.(map[string]any)
	return f, nil
}

// nodeTree turns YAML into the tree of the equal JSON. A hyperparameter written as a number stays what was written.
func nodeTree(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return nodeTree(n.Alias)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := nodeTree(c)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case yaml.MappingNode:
		return mapTree(n)
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	switch v.(type) {
	case nil, bool, string, int, int64, uint64, float64:
		return v, nil
	}
	return n.Value, nil // a date, for example, is text to the API
}

func mapTree(n *yaml.Node) (map[string]any, error) {
	tree := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: a member's name is plain text", key.Line)
		}
		v, err := nodeTree(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		tree[key.Value] = v
	}
	for name, value := range tree {
		switch params := value.(type) {
		case map[string]any:
			if name == "HyperParameters" || name == "StaticHyperParameters" || name == "Environment" {
				tree[name] = textValues(n, name, params)
			}
		case int, int64, uint64, float64, bool:
			if name == "MinValue" || name == "MaxValue" || name == "ValueHint" {
				tree[name] = member(n, name).Value
			}
		case []any:
			if name == "Values" {
				tree[name] = textItems(n, name, params)
			}
		}
	}
	return tree, nil
}

// textItems makes the plain values of a list text as they are written: those of a categorical parameter.
func textItems(n *yaml.Node, name string, list []any) []any {
	node := member(n, name)
	for i := range list {
		if value := member(node, strconv.Itoa(i)); value != nil && value.Kind == yaml.ScalarNode && value.Tag != "!!null" {
			list[i] = value.Value
		}
	}
	return list
}

// textValues makes plain values text as they are written: eta: 0.10 is the hyperparameter "0.10".
func textValues(n *yaml.Node, name string, params map[string]any) map[string]any {
	node := member(n, name)
	for key := range params {
		if value := member(node, key); value != nil && value.Kind == yaml.ScalarNode && value.Tag != "!!null" {
			params[key] = value.Value
		}
	}
	return params
}

// member finds a member's or an element's node; nil when it is not there.
func member(n *yaml.Node, name string) *yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return member(n.Alias, name)
	}
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// line is where a path's member or element begins, or the nearest thing around it that exists.
func (f *jobFile) line(path []string) int {
	at, n := f.root.Line, f.root
	for _, name := range path {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		value := member(n, name)
		if value == nil {
			return at
		}
		at = value.Line
		if n.Kind == yaml.MappingNode {
			at = memberLine(n, name)
		}
		n = value
	}
	return at
}

// memberLine is where a member's name is.
func memberLine(n *yaml.Node, name string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i].Line
		}
	}
	return n.Line
}

// isTuning reports whether the request is one for a tuning job, by the members that only that has.
func (f *jobFile) isTuning() bool {
	for _, name := range []string{"HyperParameterTuningJobName", "HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions"} {
		if _, there := f.tree[name]; there {
			return true
		}
	}
	return false
}

// operation is the API's, with the rules that its table does not have.
func (f *jobFile) operation() (name string, check func(map[string]any) error) {
	if f.isTuning() {
		return "CreateHyperParameterTuningJob", func(tree map[string]any) error {
			if err := api.CheckTuningJob(tree); err != nil {
				return err
			}
			return checkObjectives(tree)
		}
	}
	return "CreateTrainingJob", api.CheckTrainingJob
}

// validate checks the request by the API's own table; unknown members are errors here.
func (f *jobFile) validate() problems {
	operation, check := f.operation()
	report := api.Validate(operation, f.tree)
	var found problems
	for _, w := range report.Warnings {
		if w.Kind == api.UnknownMember {
			found = append(found, f.unknown(w))
		}
	}
	for _, v := range report.Violations {
		p := refused(fmt.Sprintf("%s: %s", strings.Join(v.Path, "."), lowerFirst(v.Constraint)), "")
		p.Where = fmt.Sprintf("%s:%d   %s = %s", f.path, f.line(v.Path), last(v.Path), v.Value)
		found = append(found, p)
	}
	err := report.Err()
	if len(found) == 0 && err == nil {
		err = check(f.tree)
	}
	if len(found) == 0 && err != nil {
		p := refused(err.Error(), "")
		if e, ok := errors.AsType[*api.Error](err); ok {
			p.What = e.Message
			if p.What == "" {
				p.What = "a value has the wrong type"
			}
		}
		p.Where, p.Cause = f.path, err
		if e, ok := errors.AsType[*api.Error](err); ok && len(e.Path) > 0 {
			p.Where = fmt.Sprintf("%s:%d   %s", f.path, f.line(e.Path), strings.Join(e.Path, "."))
		}
		found = append(found, p)
	}
	return found
}

func (f *jobFile) unknown(w api.Warning) *Problem {
	p := refused(fmt.Sprintf("%s: no such member", strings.Join(w.Path, ".")), "")
	p.Where = fmt.Sprintf("%s:%d", f.path, f.line(w.Path))
	p.Fix = nearest.Words(last(w.Path), w.Members)
	return p
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// requestOf is the tree as the SDK's struct, whose field names are the API's.
func requestOf[T any](f *jobFile) (*T, error) {
	text, err := json.Marshal(f.tree)
	if err != nil {
		return nil, fmt.Errorf("encode job file: %w", err)
	}
	in := new(T)
	if err := json.Unmarshal(text, in); err != nil {
		return nil, fmt.Errorf("read job file %s: %w", f.path, err)
	}
	return in, nil
}

// prepareFile makes a job of a job file. Flags that describe a built-in algorithm's job do not go with it.
func (a *app) prepareFile(o *trainFlags) (*prepared, error) {
	if o.train != "" || o.validation != "" || o.prepares() {
		return nil, usage("--file and data flags exclude each other", "the job file says where the data is: InputDataConfig")
	}
	f, err := readJobFile(o.file, a.io.In)
	if err != nil {
		return nil, err
	}
	if f.isTuning() {
		return nil, usage("the file is a tuning job's", "it has members of CreateHyperParameterTuningJob", "sagefly tune --file "+shellQuote(o.file))
	}
	set, err := parseSet(o.set)
	if err != nil {
		return nil, err
	}
	f.override(o.name, set)
	if found := f.validate(); len(found) > 0 {
		return nil, found
	}
	p := &prepared{out: o.out, detach: o.detach}
	if p.request, err = requestOf[sagemaker.CreateTrainingJobInput](f); err != nil {
		return nil, err
	}
	return p, f.checkBuiltin(p)
}

// checkBuiltin checks the hyperparameters of a job whose image is a built-in algorithm's; other images are their
// owner's business.
func (f *jobFile) checkBuiltin(p *prepared) error {
	if p.request.AlgorithmSpecification == nil {
		return nil
	}
	ref, ok := algorithm.ParseImage(deref(p.request.AlgorithmSpecification.TrainingImage))
	if !ok {
		return nil
	}
	found, _ := algorithm.Lookup(ref.Algorithm)
	v, err := found.Version(ref.Tag)
	if err != nil || !v.Trainable {
		return nil // the target says what it can run
	}
	p.library = &library{v.LibraryVersion, v.Tag}
	err = checkHyperparameters(v, p.request.HyperParameters)
	if problem, ok := errors.AsType[*Problem](err); ok {
		flag, _, _ := strings.Cut(strings.TrimPrefix(problem.Where, "--set "), "=")
		problem.Where = fmt.Sprintf("%s:%d   %s", f.path, f.line([]string{"HyperParameters", flag}), strings.TrimSuffix("HyperParameters."+flag, "."))
		for i, fix := range problem.Fix {
			problem.Fix[i] = strings.Replace(strings.TrimPrefix(fix, "--set "), "=", ": ", 1)
		}
	}
	return err
}

// override puts --name and --set over what the file says.
func (f *jobFile) override(name string, set map[string]string) {
	if name != "" {
		f.tree["TrainingJobName"] = name
	}
	if len(set) == 0 {
		return
	}
	params, _ := f.tree["HyperParameters"].(map[string]any)
	params = maps.Clone(params)
	if params == nil {
		params = map[string]any{}
	}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		params[key] = set[key]
	}
	f.tree["HyperParameters"] = params
}
