//go:build !sagefly_task

package cli

import (
	"testing"

	"github.com/spf13/cobra"
)

// Commands that are printed go where the command went that prints them; what the environment says holds for them anyway.
func TestHintsGoToTheSameTarget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args       []string
		text, want string
	}{
		{nil, "stop it:  sagefly stop x", "stop it:  sagefly stop x"},
		{[]string{"--on", "http://127.0.0.1:9"}, "a:  sagefly wait x   b:  sagefly stop x", "a:  sagefly wait --on http://127.0.0.1:9 x   b:  sagefly stop --on http://127.0.0.1:9 x"},
		{[]string{"--data", "my data"}, "sagefly logs -f x", "sagefly logs --data 'my data' -f x"},
		{[]string{"--data", "d"}, "start an engine:  sagefly serve", "start an engine:  sagefly serve --data d"},
		{[]string{"--on", "aws", "--region", "eu-west-1", "--role", "r", "--bucket", "b"}, "sagefly show x", "sagefly show --on aws --region eu-west-1 x"},
		{
			[]string{"--on", "aws", "--region", "eu-west-1", "--role", "r", "--bucket", "b"},
			"go on from it:  sagefly tune --extend x",
			"go on from it:  sagefly tune --on aws --region eu-west-1 --bucket b --role r --extend x",
		},
		{[]string{"--docker"}, "sagefly train xgboost", "sagefly train --docker xgboost"},
		{[]string{"--docker=unix:///d"}, "sagefly train xgboost", "sagefly train --docker=unix:///d xgboost"},
		{[]string{"--on", "aws"}, "all of them:  sagefly algorithms xgboost", "all of them:  sagefly algorithms xgboost"},
	} {
		if got := hintAfter(t, nil, test.args, test.text); got != test.want {
			t.Errorf("%q %q:\n%s\nwant\n%s", test.args, test.text, got, test.want)
		}
	}
	if got, want := hintAfter(t, map[string]string{"SAGEFLY_ON": "aws", "SAGEFLY_DATA": "d"}, nil, "sagefly show x"), "sagefly show x"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// hintAfter is what a text is after a command line.
func hintAfter(t *testing.T, env map[string]string, args []string, text string) string {
	t.Helper()
	a := newApp(IO{Env: func(name string) string { return env[name] }})
	root := newRoot(a)
	root.AddCommand(&cobra.Command{Use: "nothing", Run: func(*cobra.Command, []string) {}})
	root.SetArgs(append([]string{"nothing"}, args...))
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return a.screen.hint(text)
}

func TestHintsOfProgram(t *testing.T) {
	t.Parallel()
	s := &screen{program: "./digits", given: map[string]string{"on": "--on aws"}}
	for text, want := range map[string]string{
		"sagefly wait x":           "./digits wait --on aws x",
		"./digits run fit":         "./digits run --on aws fit",
		"sagefly tune --extend x":  "sagefly tune --on aws --extend x",
		"sagefly algorithms a":     "sagefly algorithms a",
		`eval "$(sagefly env)" ;x`: `eval "$(./digits env --on aws)" ;x`,
	} {
		if got := s.hint(text); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// The jobs of a throw-away directory are found by no command.
func TestThrownJobsHaveNoCommands(t *testing.T) {
	t.Parallel()
	s := &screen{program: "sagefly", thrown: true}
	got := s.nextRows("sagefly train xgboost --set a=1", "sagefly show x", "sagefly tune --extend x")
	if len(got) != 1 || got[0][1] != "sagefly train xgboost --set a=1" {
		t.Errorf("%q", got)
	}
}
