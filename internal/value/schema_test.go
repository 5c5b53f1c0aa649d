package value

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

type (
	node     struct{ Next *node }
	tree     struct{ Kids []tree }
	onlyOut  string
	onlyIn   struct{ S string }
	noFields struct{ _ int }
	embeds   struct{ A int }
)

func (onlyOut) MarshalText() ([]byte, error) { return nil, nil }
func (*onlyIn) UnmarshalText([]byte) error   { return nil }

// Each definition that cannot work, with words that its error must have: the field's path, its type, the reason.
func TestDefinitionErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    any
		want string
	}{
		{struct{ F func() }{}, "field F (func()): values of kind func"},
		{struct{ C chan int }{}, "field C (chan int): values of kind chan"},
		{struct{ C complex128 }{}, "field C (complex128): values of kind complex128"},
		{struct{ A any }{}, "field A (interface {}): interfaces"},
		{struct{ E error }{}, "field E (error): interfaces"},
		{struct{ P unsafe.Pointer }{}, "field P (unsafe.Pointer): values of kind unsafe.Pointer"},
		{struct{ P uintptr }{}, "field P (uintptr): values of kind uintptr"},
		{struct{ P **int }{}, "field P (**int): pointers to pointers"},
		{struct{ N node }{}, "field N.Next (value.node): the type holds itself"},
		{node{}, "field Next (value.node): the type holds itself"},
		{struct{ T tree }{}, "field T.Kids ([]value.tree)"},
		{struct{ T []tree }{}, "holds itself"},
		{struct{ O onlyOut }{}, "field O (value.onlyOut): has MarshalText but no UnmarshalText"},
		{struct{ I onlyIn }{}, "field I (value.onlyIn): has UnmarshalText but no MarshalText"},
		{struct{ N noFields }{}, "field N (value.noFields): the struct has no field that could be carried"},
		{struct{ M map[float64]int }{}, "field M (map[float64]int): has keys of type float64"},
		{struct{ M map[bool]int }{}, "has keys of type bool"},
		{struct{ M map[embeds]int }{}, "has keys of type value.embeds"},
		{struct{ L []any }{}, "field L ([]interface {}): holds interface {}: interfaces"},
		{struct{ L []func() }{}, "values of kind func"},
		{struct{ L [][]**int }{}, "pointers to pointers"},
		{struct{ L []file }{}, "field L ([]value.file): holds value.file: files are carried in fields of their own"},
		{struct{ L map[string]dir }{}, "files are carried"},
		{struct{ L []struct{ X chan int } }{}, "X holds chan int: values of kind chan"},
		{struct{ L []noFields }{}, "none of whose fields"},
		{struct {
			a int `sagefly:"x"`
		}{}, "field a (int): is not exported"},
		{struct{ *embeds }{}, "field embeds (*value.embeds): is not exported"},
		{struct {
			A int
			B int `sagefly:"a"`
		}{}, `field B (int): the name "a" is that of field A too`},
		{struct {
			embeds
			A string
		}{}, `the name "a" is that of field embeds.A too`},
		{struct {
			A int
			F file `sagefly:"a"`
		}{}, "is that of field A too"},
		{struct {
			A int `sagefly:"a,requird"`
		}{}, `field A (int): unknown tag option "requird"`},
		{struct {
			A int `sagefly:"a,required,required"`
		}{}, "given twice"},
		{struct {
			A int `sagefly:"a b"`
		}{}, `"a b" is no name`},
		{struct {
			A int `sagefly:"-a"`
		}{}, `"-a" is no name`},
		{struct {
			A int `sagefly:"required,default=1"`
		}{}, "required and default exclude"},
		{struct {
			A int `sagefly:"required,omitzero"`
		}{}, "required and omitzero exclude"},
		{struct {
			A int `sagefly:"omitzero,default=1"`
		}{}, "omitzero and default exclude"},
		{struct {
			A int8 `sagefly:"default=300"`
		}{}, `field A (int8): default: "300" is not a whole number from -128 to 127`},
		{struct {
			A bool `sagefly:"default=maybe"`
		}{}, `default: "maybe" is not true or false`},
		{struct {
			A time.Duration `sagefly:"default=5"`
		}{}, `default: "5" is not a duration`},
		{struct {
			A []int `sagefly:"default=1,2"`
		}{}, `default: "1,2" is not a JSON list of int`},
		{struct {
			A int `sagefly:"enum=1|two"`
		}{}, `enum: "two" is not a whole number`},
		{struct {
			A float64 `sagefly:"enum=1|1.0"`
		}{}, `enum has "1" twice`},
		{struct {
			A string `sagefly:"enum=a|b,default=c"`
		}{}, `default: "c" is not one of a, b`},
		{struct {
			A []string `sagefly:"enum=a|b"`
		}{}, "kind json cannot have an enum"},
		{struct {
			A bool `sagefly:"enum=true"`
		}{}, "kind bool cannot have an enum"},
		{struct {
			A embeds `sagefly:"a,required"`
		}{}, "options in the tag of a struct"},
		{struct {
			A int `sagefly:",inline"`
		}{}, "inline is for structs"},
		{struct {
			A embeds `sagefly:"a,inline"`
		}{}, `tag option "inline"`},
		{struct {
			N struct{ F file }
		}{}, ""},
		{7, "int is no struct"},
	} {
		_, err := Of(reflect.TypeOf(c.v), types)
		if c.want == "" {
			if err != nil {
				t.Errorf("%T: %v", c.v, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: error %v, want %q", c.v, err, c.want)
		}
	}
}

func TestLongName(t *testing.T) {
	t.Parallel()
	for n, fits := range map[int]bool{256: true, 257: false} {
		tag := reflect.StructTag(`sagefly:"` + strings.Repeat("a", n) + `"`)
		_, err := Of(reflect.StructOf([]reflect.StructField{{Name: "Long", Type: reflect.TypeFor[int](), Tag: tag}}), types)
		if (err == nil) != fits {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

func TestAllDefinitionErrorsTogether(t *testing.T) {
	t.Parallel()
	_, err := Of(reflect.TypeFor[struct {
		A chan int
		B struct{ C func() }
	}](), types)
	if err == nil || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), "field B.C (func())") {
		t.Error(err)
	}
}

func TestSnake(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"HTTPPort": "http_port", "MaxDepth": "max_depth", "Rate2": "rate2", "ID": "id", "UserID": "user_id", "F1Score": "f1_score", "L2": "l2", "Conv2D": "conv2d",
		"Conv2DSize": "conv2d_size", "A": "a", "Learning_Rate": "learning_rate", "XGBoost": "xg_boost", "EtaÄnderung": "eta_änderung", "PyTorch": "py_torch",
	} {
		if got := snake(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestTag(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]tag{
		"": {}, "-": {skip: true}, "rate": {name: "rate"}, ",required": {required: true}, "required": {required: true}, "omitzero": {omitZero: true},
		"default=5": {def: "5", hasDefault: true}, "default=": {hasDefault: true}, "a,default=x,required=y,z": {name: "a", def: "x,required=y,z", hasDefault: true},
		"enum=a|b": {enum: []string{"a", "b"}}, "a,enum=|x,omitzero": {name: "a", enum: []string{"", "x"}, omitZero: true},
		"a,help=one, two, three,required": {name: "a", help: "one, two, three", required: true}, ",help=rate=x|y,default=1": {help: "rate=x|y", def: "1", hasDefault: true},
		"validation:f1": {name: "validation:f1"},
	} {
		got, err := parseTag(text)
		if d := cmp.Diff(want, got, cmp.AllowUnexported(tag{})); d != "" || err != nil {
			t.Errorf("%q: %v\n%s", text, err, d)
		}
	}
	for _, bad := range []string{"a,b", "a,,required", "a,enum", "a,required=1", "a,help=", "a,enum=x|x", "a=b", "a,help=x,y", "a, required", "a\nb", "a,default"} {
		if got, err := parseTag(bad); err == nil {
			t.Errorf("%q was accepted: %+v", bad, got)
		}
	}
}

type mode string

func TestFields(t *testing.T) {
	t.Parallel()
	type input struct {
		Train  dir    `sagefly:"help=digits, one folder a class"`
		Extra  *file  //
		Base   file   `sagefly:",omitzero"`
		Words  file   `sagefly:"default=s3://b/words.txt"`
		Epochs int    `sagefly:"default=5"`
		Mode   mode   `sagefly:"enum=fast|slow,required"`
		Bits   int    `sagefly:"enum=08|16,default=+8"`
		Wait   *int64 `sagefly:"required"`
	}
	got := mustOf[input](t).Fields
	want := []Field{
		{Name: "train", Path: "Train", Kind: Dir, Required: true, Help: "digits, one folder a class"},
		{Name: "extra", Path: "Extra", Kind: File, Optional: true},
		{Name: "base", Path: "Base", Kind: File, OmitZero: true},
		{Name: "words", Path: "Words", Kind: File, Default: "s3://b/words.txt", HasDefault: true},
		{Name: "epochs", Path: "Epochs", Kind: Int, Default: "5", HasDefault: true},
		{Name: "mode", Path: "Mode", Kind: String, Required: true, Enum: []string{"fast", "slow"}},
		{Name: "bits", Path: "Bits", Kind: Int, Enum: []string{"8", "16"}, Default: "8", HasDefault: true},
		{Name: "wait", Path: "Wait", Kind: Int, Required: true, Optional: true},
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool {
		last := p.Last().String()
		return last == ".Type" || last == ".index" || last == ".group"
	}, cmp.Ignore())
	if d := cmp.Diff(want, got, ignore); d != "" {
		t.Error(d)
	}
}
