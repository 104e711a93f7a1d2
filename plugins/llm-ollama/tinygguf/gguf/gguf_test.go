package gguf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/gguf"
)

// number is the little-endian form of a number or a slice of them.
func number(t *testing.T, value any) string {
	t.Helper()
	encoded, err := binary.Append(nil, binary.LittleEndian, value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func text(t *testing.T, s string) string {
	t.Helper()
	return number(t, uint64(len(s))) + s
}

func padded(s string) string {
	return s + strings.Repeat("\x00", (32-len(s)%32)%32)
}

// TestLayout spells a file out, by the format's description.
func TestLayout(t *testing.T) {
	t.Parallel()
	file := gguf.File{
		Metadata: []gguf.Pair{
			{Key: "s", Value: "text"},
			{Key: "u", Value: uint32(7)},
			{Key: "b", Value: true},
			{Key: "f", Value: float32(0.5)},
			{Key: "strings", Value: []string{"a", ""}},
			{Key: "floats", Value: []float32{1}},
			{Key: "ints", Value: []int32{-1}},
		},
		Tensors: []gguf.Tensor{
			{Name: "first", Dimensions: []uint64{3}, Data: []float32{1, 2, 3}},
			{Name: "second", Dimensions: []uint64{1, 2}, Data: []float32{4, 5}},
		},
	}
	u32 := func(n uint32) string { return number(t, n) }
	u64 := func(n uint64) string { return number(t, n) }
	header := "GGUF" + u32(3) + u64(2) + u64(7) +
		text(t, "s") + u32(8) + text(t, "text") +
		text(t, "u") + u32(4) + u32(7) +
		text(t, "b") + u32(7) + "\x01" +
		text(t, "f") + u32(6) + number(t, float32(0.5)) +
		text(t, "strings") + u32(9) + u32(8) + u64(2) + text(t, "a") + text(t, "") +
		text(t, "floats") + u32(9) + u32(6) + u64(1) + number(t, float32(1)) +
		text(t, "ints") + u32(9) + u32(5) + u64(1) + number(t, int32(-1)) +
		text(t, "first") + u32(1) + u64(3) + u32(0) + u64(0) +
		text(t, "second") + u32(2) + u64(1) + u64(2) + u32(0) + u64(32)
	want := padded(padded(padded(header)+number(t, []float32{1, 2, 3})) + number(t, []float32{4, 5}))

	var got bytes.Buffer
	written, err := file.WriteTo(&got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if written != int64(got.Len()) {
		t.Errorf("it says that %d bytes were written of %d", written, got.Len())
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	tests := map[string]gguf.File{
		"a value": {Metadata: []gguf.Pair{{Key: "wrong", Value: 7}}},
		"a tensor": {Tensors: []gguf.Tensor{
			{Name: "wrong", Dimensions: []uint64{2, 2}, Data: []float32{1, 2, 3}},
		}},
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if _, err := file.WriteTo(&out); err == nil || !strings.Contains(err.Error(), "wrong") {
				t.Errorf("got %v, want an error that names it", err)
			}
			if out.Len() > 0 {
				t.Errorf("%d bytes were written before it failed", out.Len())
			}
		})
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }

func TestWriterThatFails(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	file := gguf.File{Metadata: []gguf.Pair{{Key: "s", Value: strings.Repeat("long ", 10_000)}}}
	for _, f := range []gguf.File{file, {}} {
		if _, err := f.WriteTo(fullDisk{full}); !errors.Is(err, full) {
			t.Errorf("got %v, want the writer's error", err)
		}
	}
}
