package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// withDocker runs do while a Docker daemon of its own is up, in a scratch folder, for tests that fill it with images and
// containers. Without dockerd, or without root, do runs without one, and those tests skip or, in CI, fail.
func (r *repo) withDocker(do func() error) error {
	dockerd, err := exec.LookPath("dockerd")
	if r.docker || err != nil || os.Getuid() != 0 {
		return do()
	}
	base, err := r.baseImage()
	if err != nil {
		return err
	}
	d, err := startDocker(dockerd)
	if err != nil {
		return err
	}
	env := r.env
	r.docker, r.env = true, append(env, "SAGEFLY_TEST_DOCKER="+d.address, "SAGEFLY_TEST_DOCKER_BASE="+base)
	defer func() { r.docker, r.env = false, env }()
	return errors.Join(do(), d.stop())
}

// daemon is a dockerd that this process started.
type daemon struct {
	dir, address string
	cmd          *exec.Cmd
	ended        chan error
}

// startDocker starts a daemon whose files, all of them, are in a temporary folder, and waits until it answers.
func startDocker(program string) (*daemon, error) {
	dir, err := os.MkdirTemp("", "sagefly-docker-")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	socket := filepath.Join(dir, "docker.sock")
	d := &daemon{dir: dir, address: "unix://" + socket, ended: make(chan error, 1)}
	d.cmd = exec.Command(program, "--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
		"--pidfile", filepath.Join(dir, "pid"), "-H", d.address)
	d.cmd.Stdout, d.cmd.Stderr = log, log
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt of the chores is not meant for it: they stop it
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { d.ended <- d.cmd.Wait() }()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		select {
		case <-d.ended:
			return nil, d.failed("ended")
		default:
		}
		if c, err := net.Dial("unix", socket); err == nil {
			return d, c.Close()
		}
	}
	return nil, errors.Join(d.failed("does not answer"), d.stop())
}

func (d *daemon) failed(what string) error {
	text, _ := os.ReadFile(filepath.Join(d.dir, "log"))
	return fmt.Errorf("dockerd %s:\n%s", what, text[max(0, len(text)-4000):])
}

// stop ends the daemon by its process, which ends its containers, and removes its folder.
func (d *daemon) stop() error {
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-d.ended:
	case <-time.After(time.Minute):
		if err := d.cmd.Process.Kill(); err != nil {
			return err
		}
		<-d.ended
	}
	return os.RemoveAll(d.dir)
}

// baseImage returns the archive of a Debian with Python, which stands for the user's own base image: no image registry is needed.
// It takes some minutes the first time.
func (r *repo) baseImage() (string, error) {
	const recipe = "minbase-python3-1" // another recipe is another file
	archive := r.path(".cache", "docker", recipe+".tar.gz")
	if _, err := os.Stat(archive); err == nil {
		return archive, nil
	}
	if _, err := exec.LookPath("debootstrap"); err != nil {
		return "", fmt.Errorf("%w (Debian: apt-get install debootstrap)", err)
	}
	dir, err := os.MkdirTemp("", "sagefly-base-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(filepath.Dir(archive), 0o755); err != nil {
		return "", err
	}
	fmt.Println("making a base image of Debian and Python by debootstrap (some minutes, once)")
	root := filepath.Join(dir, "root")
	if out, err := r.command(".", "debootstrap", "--variant=minbase", "--include=python3", "bookworm", root).CombinedOutput(); err != nil {
		return "", fmt.Errorf("debootstrap: %w\n%s", err, lastLines(string(out), 20))
	}
	temp := archive + ".part"
	if err := r.run(".", "tar", "--create", "--gzip", "--file", temp, "--directory", root, "--exclude=./var/cache/apt/*", "--exclude=./dev/*", "."); err != nil {
		return "", err
	}
	return archive, os.Rename(temp, archive)
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
