package collective

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test binary is also the program of a real process of a group: RANK_OF_GROUP says "rank size address work".
func TestMain(m *testing.M) {
	if spec := os.Getenv("RANK_OF_GROUP"); spec != "" {
		if err := asProcess(strings.Fields(spec)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func asProcess(spec []string) error {
	rank, _ := strconv.Atoi(spec[0])
	size, _ := strconv.Atoi(spec[1])
	if spec[3] == "star" {
		return starProcess(rank, size, spec[2], spec[4:])
	}
	g, err := Join(context.Background(), Config{Rank: rank, Size: size, Address: spec[2], Timeout: time.Minute})
	if err != nil {
		return err
	}
	defer g.Close()
	if spec[3] == "work" {
		return workUntilItFails(g)
	}
	return timeRounds(rank, spec[4:], func(x []float64) error { return g.AllReduce(context.Background(), x) })
}

// workUntilItFails prints a line as soon as it works.
func workUntilItFails(g *Group) error {
	x := make([]float64, 1000)
	for i := 0; ; i++ {
		if err := g.AllReduce(context.Background(), x); err != nil {
			return err
		}
		if i == 0 {
			fmt.Println("working")
		}
	}
}

// timeRounds prints the nanoseconds of a sum of n floats, over some rounds after one to warm up.
func timeRounds(rank int, spec []string, reduce func([]float64) error) error {
	n, _ := strconv.Atoi(spec[0])
	rounds, _ := strconv.Atoi(spec[1])
	x := make([]float64, n)
	if err := reduce(x); err != nil {
		return err
	}
	start := time.Now()
	for range rounds {
		if err := reduce(x); err != nil {
			return err
		}
	}
	if rank == 0 {
		fmt.Println(time.Since(start).Nanoseconds() / int64(rounds))
	}
	return nil
}

// program starts a process of a group.
func program(t testing.TB, spec ...any) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RANK_OF_GROUP="+strings.TrimSpace(fmt.Sprintln(spec...)))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out)
}

// A process that is killed in the middle of its work makes the others fail at once, and each says which it was.
func TestKilledProcess(t *testing.T) {
	t.Parallel()
	const size, victim = 4, 2
	address := freeAddress(t)
	commands, outputs := make([]*exec.Cmd, size), make([]*bufio.Scanner, size)
	for rank := range size {
		commands[rank], outputs[rank] = program(t, rank, size, address, "work")
	}
	for rank, out := range outputs {
		if !out.Scan() || out.Text() != "working" {
			t.Fatalf("rank %d printed %q", rank, out.Text())
		}
	}
	start := time.Now()
	if err := commands[victim].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for rank, out := range outputs {
		if rank == victim {
			continue
		}
		const want = "all-reduce: rank 2 of 4 has died: its connection ended"
		if !out.Scan() || out.Text() != want {
			t.Errorf("rank %d printed %q, want %q", rank, out.Text(), want)
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the others took %v to notice", took)
	}
	for rank, cmd := range commands {
		if err := cmd.Wait(); err == nil {
			t.Errorf("rank %d ended well", rank)
		}
	}
}
