package wire

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// knownHost says whether a Host header means this engine: a loopback address, localhost or a name below it (S3's
// bucket.localhost), or one of the configured names and names below them.
func (s *Server) knownHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || slices.Contains(s.Hosts, host)
	}
	return below(host, "localhost") || slices.ContainsFunc(s.Hosts, func(name string) bool { return below(host, name) })
}

func below(host, name string) bool {
	return host == name || strings.HasSuffix(host, "."+name)
}
