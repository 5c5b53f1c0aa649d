package wire

import "testing"

func TestKnownHost(t *testing.T) {
	t.Parallel()
	s := &Server{Hosts: []string{"host.docker.internal"}}
	for host, want := range map[string]bool{
		"127.0.0.1:8717": true, "127.9.9.9": true, "[::1]:8717": true, "localhost": true, "LOCALHOST:1": true,
		"bucket.localhost:8717": true, "host.docker.internal:8717": true, "bucket.host.docker.internal": true,
		"": false, "example.com": false, "localhost.example.com": false, "notlocalhost": false, "10.0.0.1:8717": false,
		"0.0.0.0": false, "127.0.0.1.example.com": false, "[fe80::1]": false,
	} {
		if got := s.knownHost(host); got != want {
			t.Errorf("knownHost(%q) = %v, want %v", host, got, want)
		}
	}
}
