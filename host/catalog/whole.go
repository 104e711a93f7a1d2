package catalog

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
)

// checkWhole says why a copy is only the beginning of a program, as far as its format
// tells: who copies slowly may rest for longer than a file is waited for. Scripts,
// and the programs of systems without ELF, tell nothing.
func checkWhole(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	magic := make([]byte, len(elf.ELFMAG))
	if n, _ := file.ReadAt(magic, 0); n < len(magic) || !bytes.Equal(magic, []byte(elf.ELFMAG)) {
		return nil
	}
	program, err := elf.NewFile(file)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), err == nil && info.Size() < extent(program):
		return fmt.Errorf("it is cut off: what begins here is a program of more than %d bytes", info.Size())
	case err != nil:
		return fmt.Errorf("it is not a program: %w", err)
	}
	return nil
}

// extent is how far the parts of a program reach into its file.
func extent(program *elf.File) int64 {
	var end uint64
	for _, segment := range program.Progs {
		end = max(end, segment.Off+segment.Filesz)
	}
	for _, section := range program.Sections {
		if section.Type != elf.SHT_NOBITS {
			end = max(end, section.Offset+section.FileSize)
		}
	}
	return int64(min(end, 1<<62))
}
