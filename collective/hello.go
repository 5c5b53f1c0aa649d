package collective

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"
)

// A handshake is one message each way: magic, version (uint16) and length (uint16), which stay as they are in all versions,
// and a text. The one who connects sends a hello as JSON, the other answers with nothing or with why it refuses.
const (
	magic      = "sgflycol"
	version    = 1
	prefixSize = len(magic) + 4
	maxJob     = 1000
	maxText    = 8 << 10 // JSON may write a byte of the job as six

	// handshakeTime is how long a connection may take to say who it is.
	handshakeTime = 10 * time.Second
)

// hello is what a process says of itself when it connects to another.
type hello struct {
	Rank    int    `json:"rank"`
	Size    int    `json:"size"`
	Job     string `json:"job"`
	Token   string `json:"token,omitempty"`   // rank 0's for this group, when it connects to another than rank 0
	Address string `json:"address,omitempty"` // where it listens
}

func writeMessage(out io.Writer, text []byte) error {
	b := append([]byte(magic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint16(b[len(magic):], version)
	binary.LittleEndian.PutUint16(b[len(magic)+2:], uint16(len(text)))
	_, err := out.Write(append(b, text...))
	return err
}

// errForeign is something at the other end that is no process of a group.
var errForeign = fmt.Errorf("it does not speak this protocol")

// readMessage reads a message of any version.
func readMessage(in io.Reader) (text []byte, spoken int, err error) {
	prefix := make([]byte, prefixSize)
	if _, err := io.ReadFull(in, prefix); err != nil {
		return nil, 0, err
	}
	if !bytes.HasPrefix(prefix, []byte(magic)) {
		return nil, 0, errForeign
	}
	spoken = int(binary.LittleEndian.Uint16(prefix[len(magic):]))
	length := int(binary.LittleEndian.Uint16(prefix[len(magic)+2:]))
	if length > maxText {
		return nil, 0, errForeign
	}
	text = make([]byte, length)
	_, err = io.ReadFull(in, text)
	return text, spoken, err
}

// greet says hello on a new connection. refusal is the other's reason not to take this process, "" when it does.
func greet(conn net.Conn, h hello) (refusal string, err error) {
	text, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	if err := conn.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return "", err
	}
	if err := writeMessage(conn, text); err != nil {
		return "", err
	}
	answer, spoken, err := readMessage(conn)
	if err != nil {
		return "", err
	}
	if len(answer) == 0 && spoken != version {
		return "", fmt.Errorf("it speaks version %d of the protocol, this process version %d", spoken, version)
	}
	return string(answer), conn.SetDeadline(time.Time{})
}

// receive reads a hello. A message of another version has one that cannot be trusted to mean the same, so it is not looked at.
func receive(conn net.Conn) (hello, int, error) {
	var h hello
	if err := conn.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return h, 0, err
	}
	text, spoken, err := readMessage(conn)
	if err != nil || spoken != version {
		return h, spoken, err
	}
	return h, spoken, json.Unmarshal(text, &h)
}
