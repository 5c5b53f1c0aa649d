//go:build !sagefly_task

package cli

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// elfFile writes an executable as far as its header says: elf FILE amd64|arm64 [interpreter]. With an interpreter it is one that is
// linked dynamically.
func elfFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: elf FILE amd64|arm64 [interpreter]")
	}
	machine := elf.EM_X86_64
	if args[1] == "arm64" {
		machine = elf.EM_AARCH64
	}
	kind := elf.PT_LOAD
	if len(args) > 2 {
		kind = elf.PT_INTERP
	}
	const headerSize, progSize = 64, 56
	h := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT),
		Entry: 0x400000, Phoff: headerSize, Ehsize: headerSize, Phentsize: progSize, Phnum: 1, Shentsize: 64,
	}
	var b bytes.Buffer
	ts.Check(binary.Write(&b, binary.LittleEndian, h))
	ts.Check(binary.Write(&b, binary.LittleEndian, elf.Prog64{Type: uint32(kind), Off: 0, Vaddr: 0x400000, Filesz: headerSize + progSize, Memsz: headerSize + progSize}))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o755))
}
