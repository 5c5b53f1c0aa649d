package collective

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
	"time"
)

// One million floats over real processes on loopback, beside a star, in which rank 0 adds everything up: the simplest thing that
// could work.
//
//	go test -run '^$' -bench AllReduce ./collective
func BenchmarkAllReduce(b *testing.B) {
	for _, size := range []int{2, 4} {
		for _, how := range []string{"group", "star"} {
			b.Run(fmt.Sprintf("%s/processes=%d", how, size), func(b *testing.B) { benchmark(b, how, size, 1_000_000) })
		}
	}
	b.Run("group/processes=2/floats=10", func(b *testing.B) { benchmark(b, "group", 2, 10) })
	b.Run("group/processes=4/floats=10", func(b *testing.B) { benchmark(b, "group", 4, 10) })
}

func benchmark(b *testing.B, how string, size, floats int) {
	address := freeAddress(b)
	for rank := 1; rank < size; rank++ {
		cmd, _ := program(b, rank, size, address, how, floats, b.N)
		defer func() { _ = cmd.Wait() }()
	}
	_, out := program(b, 0, size, address, how, floats, b.N)
	if !out.Scan() {
		b.Fatal("no output")
	}
	ns, err := strconv.ParseFloat(out.Text(), 64)
	if err != nil {
		b.Fatal(out.Text())
	}
	b.ReportMetric(ns, "ns/op")
	b.ReportMetric(float64(8*floats)/ns*1e3, "MB/s")
}

// starProcess is one of a star: no handshake, no failures, one thing after the other.
func starProcess(rank, size int, address string, spec []string) error {
	conns, err := starConnections(rank, size, address)
	if err != nil {
		return err
	}
	return timeRounds(rank, spec, func(x []float64) error {
		if rank > 0 {
			return starLeaf(conns[0], x)
		}
		return starCentre(conns, x)
	})
}

func starConnections(rank, size int, address string) (conns []net.Conn, err error) {
	if rank > 0 {
		for {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				return []net.Conn{conn}, nil
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	for range size - 1 {
		conn, err := l.Accept()
		if err != nil {
			return nil, err
		}
		conns = append(conns, conn)
	}
	return conns, nil
}

func starLeaf(conn net.Conn, x []float64) error {
	buffer := make([]byte, 8*len(x))
	putFloats(buffer, x)
	if _, err := conn.Write(buffer); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, buffer); err != nil {
		return err
	}
	setFloats(x, buffer)
	return nil
}

func starCentre(conns []net.Conn, x []float64) error {
	buffer := make([]byte, 8*len(x))
	for _, conn := range conns {
		if _, err := io.ReadFull(conn, buffer); err != nil {
			return err
		}
		addFloats(x, buffer)
	}
	putFloats(buffer, x)
	for _, conn := range conns {
		if _, err := conn.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}
