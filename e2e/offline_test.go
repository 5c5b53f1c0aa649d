package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// The clients of these tests really cannot resolve a name, or the tests would prove less than they say.
func TestClientsAreOffline(t *testing.T) {
	t.Parallel()
	e := &engine{home: t.TempDir()}
	const resolve = "import socket, sys; socket.getaddrinfo('localhost', 80); socket.getaddrinfo('127.0.0.1', 80); socket.getaddrinfo(sys.argv[1], 443)"
	for _, host := range []string{"sts.us-east-1.amazonaws.com", "192.0.2.1"} {
		cmd := exec.Command(testenv.Python(t), "-c", resolve, host)
		cmd.Env = e.client(t)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "offline test: "+host) {
			t.Errorf("resolving %s: %v\n%s", host, err, out)
		}
	}
}
