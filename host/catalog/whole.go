package catalog

import (
	"bytes"
	"debug/elf"
	"fmt"
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
	if err != nil {
		return fmt.Errorf("it is not a whole program: %w", err)
	}
	if wanted := extent(program); info.Size() < wanted {
		return fmt.Errorf("it is cut off: it has %d bytes of at least %d", info.Size(), wanted)
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
