package collective

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

func TestMissingRanksAreNamed(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	errs := ranks(2, func(rank int) error {
		_, err := Join(t.Context(), Config{Rank: rank, Size: 4, Address: address, Timeout: time.Second})
		return err
	})
	for rank, err := range errs {
		if fault, ok := errors.AsType[*RankError](err); !ok || fault.Rank != 2 {
			t.Errorf("rank %d says %v", rank, err)
		}
	}
	const want = "join: ranks 2 and 3 of 4 did not come within 1s"
	if errs[0] == nil || errs[0].Error() != want {
		t.Errorf("rank 0 says %v, want %s", errs[0], want)
	}
}

func TestRankZeroIsMissing(t *testing.T) {
	t.Parallel()
	_, err := Join(t.Context(), Config{Rank: 1, Size: 2, Address: freeAddress(t), Timeout: 100 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "join: rank 0 of 2 did not come within 100ms: dial tcp") {
		t.Errorf("rank 1 says %v", err)
	}
}

func TestJoinEndsWithItsContext(t *testing.T) {
	t.Parallel()
	stopped := errors.New("stopped")
	for rank := range 2 {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(50*time.Millisecond, func() { cancel(stopped) })
		_, err := Join(ctx, Config{Rank: rank, Size: 2, Address: freeAddress(t)})
		if !errors.Is(err, stopped) {
			t.Errorf("rank %d says %v", rank, err)
		}
	}
}

// waiting is rank 0 of a group of two that waits for rank 1.
type waiting struct {
	config Config
	joined chan error
	group  *Group
}

func wait(t *testing.T) *waiting {
	w := &waiting{config: Config{Size: 2, Address: freeAddress(t), Timeout: time.Minute, Job: "job-7"}, joined: make(chan error, 1)}
	go func() {
		var err error
		w.group, err = Join(context.Background(), w.config)
		w.joined <- err
	}()
	return w
}

// complete joins as rank 1 and proves that the group works.
func (w *waiting) complete(t *testing.T) {
	t.Helper()
	c := w.config
	c.Rank = 1
	other, err := Join(t.Context(), c)
	if err := errors.Join(err, <-w.joined); err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	defer w.group.Close()
	must(t, ranks(2, func(rank int) error { return []*Group{w.group, other}[rank].Barrier(t.Context()) }))
}

func TestTheWrongOnesAreRefused(t *testing.T) {
	t.Parallel()
	w := wait(t)
	tests := []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Size = 3 }, "rank 0 is of 2 processes, this process of 3"},
		{func(c *Config) { c.Job = "job-8" }, `rank 0 is of job "job-7", this process of job "job-8"`},
		{func(c *Config) { c.Size, c.Rank = 3, 2 }, "rank 0 is of 2 processes, this process of 3"},
	}
	for _, tt := range tests {
		c := w.config
		c.Rank = 1
		tt.change(&c)
		if _, err := Join(t.Context(), c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("joining with %+v: %v, want %s", c, err, tt.want)
		}
	}
	w.complete(t)
}

func TestOtherVersionIsRefused(t *testing.T) {
	t.Parallel()
	w := wait(t)
	conn := w.dial(t)
	defer conn.Close()
	if _, err := conn.Write([]byte(magic + "\x02\x00\x05\x00xyzzy")); err != nil { // version 2, five bytes
		t.Fatal(err)
	}
	answer, _, err := readMessage(conn)
	const want = "rank 0 speaks version 1 of the protocol, this process version 2: run the same program everywhere"
	if err != nil || string(answer) != want {
		t.Errorf("answer is %q (%v), want %q", answer, err, want)
	}
	w.complete(t)
}

// dial connects as soon as rank 0 listens.
func (w *waiting) dial(t *testing.T) net.Conn {
	t.Helper()
	for {
		conn, err := net.Dial("tcp", w.config.Address)
		if err == nil {
			return conn
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

func TestTakenRankIsRefused(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	join := func(rank int) (*Group, error) {
		return Join(context.Background(), Config{Rank: rank, Size: 3, Address: address, Timeout: time.Minute})
	}
	refused := make(chan error, 1)
	twice := func() error { // one of two processes with rank 1 comes in, the other learns why not
		g, err := join(1)
		if err != nil {
			refused <- err
			return nil
		}
		return errors.Join(g.Barrier(t.Context()), g.Close())
	}
	must(t, ranks(4, func(n int) error {
		switch n {
		case 0:
			g, err := join(0)
			if err != nil {
				return err
			}
			return errors.Join(g.Barrier(t.Context()), g.Close())
		case 1, 2:
			return twice()
		}
		if err := <-refused; !strings.Contains(err.Error(), "rank 1 of 3 is taken by 127.0.0.1:") {
			return fmt.Errorf("second rank 1: %w", err)
		}
		g, err := join(2)
		if err != nil {
			return err
		}
		return errors.Join(g.Barrier(t.Context()), g.Close())
	}))
}

// Nothing that connects keeps a group from coming together: silence, garbage, a web browser, a port scanner, half a hello.
func TestStrangersDisturbNobody(t *testing.T) {
	t.Parallel()
	w := wait(t)
	noise := make([]byte, 4096)
	_, _ = rand.Read(noise)
	sayings := [][]byte{
		nil, noise, []byte("GET / HTTP/1.1\r\nHost: algo-1\r\n\r\n"), []byte(magic), []byte(magic + "\x01\x00\xff\xff"),
		[]byte(magic + "\x01\x00\x02\x00{}"), []byte(magic + "\x01\x00\x04\x00null"), []byte("\x16\x03\x01\x02\x00"),
		[]byte(magic + "\x01\x00\x26\x00" + `{"rank":-1,"size":2,"job":"job-7"}    `),
	}
	for i := range 90 {
		conn := w.dial(t)
		t.Cleanup(func() { _ = conn.Close() })
		_, _ = conn.Write(sayings[i%len(sayings)])
		if i%4 == 0 {
			_ = conn.Close()
		}
	}
	start := time.Now()
	w.complete(t)
	if took := time.Since(start); took > handshakeTime/2 {
		t.Errorf("joining took %v", took)
	}
}

// A process that joined and died is noticed while the others still wait for the rest, and they are told.
func TestDeathWhileJoining(t *testing.T) {
	t.Parallel()
	w := &waiting{config: Config{Size: 4, Address: freeAddress(t), Timeout: time.Minute}, joined: make(chan error, 1)}
	go func() {
		_, err := Join(context.Background(), w.config)
		w.joined <- err
	}()
	var conns []net.Conn
	for rank := 1; rank <= 2; rank++ {
		conn := w.dial(t)
		defer conn.Close()
		if refused, err := greet(conn, hello{Rank: rank, Size: 4, Address: "127.0.0.1:1"}); refused != "" || err != nil {
			t.Fatalf("rank %d: %s, %v", rank, refused, err)
		}
		conns = append(conns, conn)
	}
	_ = conns[1].Close()
	if err := <-w.joined; err == nil || err.Error() != "join: rank 2 of 4 has died: its connection ended" {
		t.Errorf("rank 0 says %v", err)
	}
	f, err := readFrame(conns[0], make([]byte, maxPayload))
	if err != nil || f.kind != kindAbort {
		t.Fatalf("rank 1 got %+v, %v", f, err)
	}
	if fault, ok := errors.AsType[*RankError](readAbort(f)); !ok || fault.Rank != 2 || fault.Problem != "has died: its connection ended" {
		t.Errorf("rank 1 is told %+v", fault)
	}
}

func FuzzFrame(f *testing.F) {
	good := make([]byte, headerSize, headerSize+8)
	header{kind: kindPart, length: 8, seq: 3, total: 1}.put(good)
	f.Add(append(good, 1, 2, 3, 4, 5, 6, 7, 8))
	f.Add(make([]byte, headerSize))
	f.Add(append([]byte{byte(kindAbort), 0, 0, 0, 5, 0, 0, 0}, make([]byte, 21)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		buffer := make([]byte, maxPayload)
		got, err := readFrame(bytes.NewReader(data), buffer)
		if err != nil {
			return
		}
		again := make([]byte, headerSize)
		got.put(again)
		if again = append(again, got.payload...); !bytes.Equal(again, data[:len(again)]) {
			t.Errorf("%x was read as %x", data, again)
		}
		if got.kind == kindAbort {
			_ = readAbort(got).Error()
		}
	})
}

func FuzzHello(f *testing.F) {
	var b bytes.Buffer
	_ = writeMessage(&b, []byte(`{"rank":1,"size":2,"job":"j"}`))
	f.Add(b.Bytes())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, spoken, err := readMessage(bytes.NewReader(data))
		if err != nil || spoken != version {
			return
		}
		var again bytes.Buffer
		if err := writeMessage(&again, text); err != nil || !bytes.HasPrefix(data, again.Bytes()) {
			t.Errorf("%q was read as %q", data, text)
		}
	})
}
