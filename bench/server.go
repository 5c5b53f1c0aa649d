package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// server is a running program that answers AWS requests.
type server struct {
	name  string
	url   string
	cmd   *exec.Cmd
	ready time.Duration // from start to ready for requests
}

// sagefly starts the engine on a fresh data directory.
func (b *bench) sagefly(ctx context.Context) (*server, error) {
	dir, err := os.MkdirTemp(b.dir, "data-")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, b.program, "serve", "--json", "--addr", "127.0.0.1:0", "--data", dir)
	cmd.Env = b.environment()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	ready := time.Since(start)
	var banner struct{ Endpoint string }
	if err := errors.Join(err, json.Unmarshal([]byte(line), &banner)); err != nil {
		return nil, errors.Join(fmt.Errorf("banner of sagefly serve %q: %w", line, err), cmd.Process.Kill())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the program
	return &server{"sagefly", banner.Endpoint, cmd, ready}, nil
}

// motoServer starts moto's server on a free port and waits until it answers.
func (b *bench) motoServer(ctx context.Context) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, b.moto, "-H", "127.0.0.1", "-p", strconv.Itoa(port))
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{"moto_server", fmt.Sprintf("http://127.0.0.1:%d", port), cmd, 0}
	for time.Since(start) < time.Minute {
		if resp, err := http.Get(s.url + "/moto-api/"); err == nil {
			s.ready = time.Since(start)
			return s, resp.Body.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, errors.Join(errors.New("moto_server did not answer in a minute"), s.stop())
}

// both starts the two servers that are compared; stop ends them.
func (b *bench) both(ctx context.Context) (ours, moto *server, stop func(), err error) {
	if ours, err = b.sagefly(ctx); err != nil {
		return nil, nil, nil, err
	}
	if moto, err = b.motoServer(ctx); err != nil {
		return nil, nil, nil, errors.Join(err, ours.stop())
	}
	return ours, moto, func() { _, _ = ours.stop(), moto.stop() }, nil
}

func (s *server) stop() error {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = s.cmd.Wait() // it was killed
	return nil
}

// resident is the server's resident memory in MiB.
func (s *server) resident() (float64, error) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// call sends one request the way an AWS client would; neither server verifies the signature.
func (s *server) call(client *http.Client, service, target, path, method string, body io.Reader) ([]byte, error) {
	req, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/"+time.Now().UTC().Format("20060102")+"/us-east-1/"+service+
		"/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
	req.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
	if target != "" {
		req.Header.Set("X-Amz-Target", target)
		req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	} else {
		req.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s answered %s: %.300s", target+path, s.name, resp.Status, answer)
	}
	return answer, nil
}

func (s *server) sagemaker(client *http.Client, operation, body string) ([]byte, error) {
	return s.call(client, "sagemaker", "SageMaker."+operation, "/", http.MethodPost, strings.NewReader(body))
}
