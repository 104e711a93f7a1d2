package gguf

import (
	"encoding/binary"
	"fmt"
	"io"
)

// valueType is the format's number for a type of metadata.
type valueType uint32

const (
	uint32Value  valueType = 4
	int32Value   valueType = 5
	float32Value valueType = 6
	boolValue    valueType = 7
	stringValue  valueType = 8
	arrayValue   valueType = 9
)

// typeOf gives a value's type; for an array, that of its elements.
func typeOf(value any) (valueType, error) {
	switch value.(type) {
	case uint32:
		return uint32Value, nil
	case []int32:
		return int32Value, nil
	case float32, []float32:
		return float32Value, nil
	case bool:
		return boolValue, nil
	case string, []string:
		return stringValue, nil
	default:
		return 0, fmt.Errorf("values of type %T cannot be written", value)
	}
}

// encoder writes until the first error, which it keeps.
type encoder struct {
	w       io.Writer
	written int64
	err     error
}

// value writes a value that typeOf knows.
func (e *encoder) value(value any) {
	kind, err := typeOf(value)
	if err != nil {
		e.err = err
		return
	}
	switch value := value.(type) {
	case string:
		e.number(kind)
		e.text(value)
	case []string:
		e.array(kind, len(value))
		for _, text := range value {
			e.text(text)
		}
	case []float32:
		e.array(kind, len(value))
		e.number(value)
	case []int32:
		e.array(kind, len(value))
		e.number(value)
	default:
		e.number(kind)
		e.number(value)
	}
}

func (e *encoder) array(element valueType, length int) {
	e.number(arrayValue)
	e.number(element)
	e.number(uint64(length))
}

func (e *encoder) text(text string) {
	e.number(uint64(len(text)))
	e.bytes(text)
}

func (e *encoder) bytes(text string) {
	if e.err != nil {
		return
	}
	n, err := io.WriteString(e.w, text)
	e.written += int64(n)
	e.err = err
}

// number writes a number, or a slice of them.
func (e *encoder) number(value any) {
	if e.err != nil {
		return
	}
	e.err = binary.Write(e.w, binary.LittleEndian, value)
	if e.err == nil {
		e.written += int64(binary.Size(value))
	}
}

// align fills up with zeros to the next place where a tensor may begin.
func (e *encoder) align() {
	written := uint64(e.written)
	e.bytes(string(make([]byte, aligned(written)-written)))
}
