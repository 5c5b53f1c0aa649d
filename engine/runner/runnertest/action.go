package runnertest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/container"
)

// actions are what a test's program can do; they run inside the host.
var actions = map[string]func(args []string) error{
	"flood": func(args []string) error {
		size, err := strconv.Atoi(args[0])
		if err != nil {
			return err
		}
		w := bufio.NewWriter(os.Stdout)
		for n := range floodLines(size) {
			fmt.Fprintln(w, floodLine(n))
		}
		return w.Flush()
	},
	"print": func(args []string) error {
		_, err := fmt.Print(args[0])
		return err
	},
	"streams": func([]string) error {
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "to stderr")
		return nil
	},
	"environment": func([]string) error { return printJSON(os.Environ()) },
	"directory": func([]string) error {
		dir, err := os.Getwd()
		if err != nil {
			return err
		}
		return printJSON(dir)
	},
	"contract": func([]string) error {
		l := container.FromEnv(os.Getenv)
		c, err := container.Read(l.Root)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(l.Model(), "written"), []byte("by the program"), 0o644); err != nil {
			return err
		}
		return printJSON(c)
	},
	"resolve": func(args []string) error {
		found, err := net.LookupHost(args[0])
		if err != nil {
			return err
		}
		return printJSON(found)
	},
	"listen": func(args []string) error {
		l, err := net.Listen("tcp", args[0])
		if err != nil {
			return err
		}
		go answer(l)
		fmt.Println("listening")
		return nil
	},
	"call": func(args []string) error {
		conn, err := net.Dial("tcp", args[0])
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = io.Copy(os.Stdout, conn)
		return err
	},
	"channel": func([]string) error {
		dir := container.FromEnv(os.Getenv).Channel("train")
		data, err := os.ReadFile(filepath.Join(dir, "data.csv"))
		if err != nil {
			return err
		}
		err = os.WriteFile(filepath.Join(dir, "new"), nil, 0o644)
		return printJSON(channelView{Content: string(data), Writable: err == nil})
	},
	"allocate": func(args []string) error {
		size, err := strconv.Atoi(args[0])
		if err != nil {
			return err
		}
		data := make([]byte, size)
		for i := 0; i < size; i += 4096 {
			data[i] = 1
		}
		fmt.Println("allocated")
		return nil
	},
	"exists": func(args []string) error {
		_, err := os.ReadFile(args[0])
		return printJSON(err == nil)
	},
	"descendants": func([]string) error { return descend("child") },
	"child":       func([]string) error { return descend("grandchild") },
	"grandchild":  func([]string) error { return holdLock() },
}

// answer says hello to everyone.
func answer(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		fmt.Fprintln(conn, "hello")
		conn.Close()
	}
}

type channelView struct {
	Content  string
	Writable bool
}

func printJSON(v any) error { return json.NewEncoder(os.Stdout).Encode(v) }

// floodLine is about 100 bytes; every tenth is long.
func floodLine(n int) string {
	if n%10 == 0 {
		return strconv.Itoa(n) + strings.Repeat("=", 900)
	}
	return strconv.Itoa(n) + strings.Repeat("-", 12)
}

func floodLines(size int) int { return size / 100 }

// descend starts one more generation in a session of its own, which keeps our output, and waits until the last one
// holds its lock.
func descend(action string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	data, err := json.Marshal(Program{Do: []string{action}})
	if err != nil {
		return err
	}
	ready, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), variable+"="+string(data))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	w.Close()
	var b [1]byte
	_, err = ready.Read(b[:])
	if action == "grandchild" { // we are the child: tell the program, then leave
		_, err = os.NewFile(3, "ready").Write(b[:])
		return err
	}
	if err == nil {
		fmt.Println("started")
	}
	return err
}

func holdLock() error {
	f, err := os.Create(filepath.Join(container.FromEnv(os.Getenv).Root, "descendant.lock"))
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	if _, err := os.NewFile(3, "ready").Write([]byte{1}); err != nil {
		return err
	}
	time.Sleep(time.Minute) // to be killed long before
	return f.Close()
}
