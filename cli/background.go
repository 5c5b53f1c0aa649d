//go:build !sagefly_task

package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// startBackground starts an engine for a data directory that outlives this process and ends when its jobs have ended.
// docker is as in --docker. Its log is engine.log in the directory.
func startBackground(dir, docker string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(dir, "engine.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log of background engine: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(self, "serve", "--until-idle", "--quiet", "--data", dir, "--docker="+docker)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start background engine: %w", err)
	}
	return cmd.Process.Release()
}
