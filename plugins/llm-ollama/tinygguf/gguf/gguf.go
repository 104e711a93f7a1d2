// Package gguf writes files in the GGUF format, version 3, which llama.cpp and
// Ollama load models from: a header, metadata, the description of the tensors,
// and their data. Numbers are little-endian, tensors 32-bit floats.
package gguf

import (
	"bufio"
	"fmt"
	"io"
)

const (
	magic   = "GGUF"
	version = uint32(3)
	// alignment is where tensors may begin, unless the metadata says otherwise.
	alignment = 32
	// float32Tensor is the format's number for tensors of 32-bit floats.
	float32Tensor = uint32(0)
	float32Size   = 4
)

// File is what is written.
type File struct {
	Metadata []Pair
	Tensors  []Tensor
}

// Pair is one entry of the metadata.
type Pair struct {
	Key string
	// Value is a string, bool, uint32, float32, []string, []float32 or []int32.
	Value any
}

// Tensor is a named array of numbers.
type Tensor struct {
	Name string
	// Dimensions begin with that in which neighbours in Data lie.
	Dimensions []uint64
	Data       []float32
}

// WriteTo writes the file. It fails before anything is written if a value is
// of another type than those above, or a tensor's data does not fill it.
func (f File) WriteTo(w io.Writer) (int64, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	buffered := bufio.NewWriter(w)
	e := &encoder{w: buffered}
	e.header(f)
	for _, tensor := range f.Tensors {
		e.align()
		e.number(tensor.Data)
	}
	e.align()
	if e.err != nil {
		return e.written, fmt.Errorf("gguf: write: %w", e.err)
	}
	if err := buffered.Flush(); err != nil {
		return e.written, fmt.Errorf("gguf: write: %w", err)
	}
	return e.written, nil
}

func (f File) check() error {
	for _, pair := range f.Metadata {
		if _, err := typeOf(pair.Value); err != nil {
			return fmt.Errorf("gguf: metadata %s: %w", pair.Key, err)
		}
	}
	for _, tensor := range f.Tensors {
		size := uint64(1)
		for _, dimension := range tensor.Dimensions {
			size *= dimension
		}
		if size != uint64(len(tensor.Data)) {
			return fmt.Errorf("gguf: tensor %s of dimensions %v has %d numbers", tensor.Name, tensor.Dimensions, len(tensor.Data))
		}
	}
	return nil
}

// header writes all but the tensors' data.
func (e *encoder) header(f File) {
	e.bytes(magic)
	e.number(version)
	e.number(uint64(len(f.Tensors)))
	e.number(uint64(len(f.Metadata)))
	for _, pair := range f.Metadata {
		e.text(pair.Key)
		e.value(pair.Value)
	}
	offset := uint64(0)
	for _, tensor := range f.Tensors {
		e.text(tensor.Name)
		e.number(uint32(len(tensor.Dimensions)))
		e.number(tensor.Dimensions)
		e.number(float32Tensor)
		e.number(offset)
		offset += aligned(uint64(len(tensor.Data)) * float32Size)
	}
}

// aligned is the next multiple of the alignment.
func aligned(n uint64) uint64 { return (n + alignment - 1) / alignment * alignment }
