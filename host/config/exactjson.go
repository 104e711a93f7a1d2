package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// exactJSON is a koanf.Parser that keeps numbers as they are written and
// refuses what encoding/json lets pass: a key that is given twice, texts that
// are not UTF-8, and anything after the document.
type exactJSON struct{}

// Unmarshal reads one object.
func (exactJSON) Unmarshal(raw []byte) (map[string]any, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("the document is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	value, err := readJSON(decoder, "", maxDepth)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the JSON document")
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("want a JSON object")
	}
	return object, nil
}

// Marshal writes JSON.
func (exactJSON) Marshal(values map[string]any) ([]byte, error) { return json.Marshal(values) }

// readJSON reads the next value.
func readJSON(decoder *json.Decoder, key string, depth int) (any, error) {
	token, err := decoder.Token()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the JSON document ends too early")
	}
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	delimiter, ok := token.(json.Delim)
	switch {
	case !ok:
		return token, nil
	case depth == 0:
		return nil, fmt.Errorf("%q is nested too deeply", key)
	case delimiter == '{':
		return readObject(decoder, key, depth-1)
	default:
		return readList(decoder, key, depth-1)
	}
}

func readObject(decoder *json.Decoder, key string, depth int) (any, error) {
	object := map[string]any{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read JSON: %w", err)
		}
		name, ok := token.(string)
		if !ok {
			return nil, errors.New("read JSON: want a key")
		}
		at := name
		if key != "" {
			at = key + "." + name
		}
		if _, twice := object[name]; twice {
			return nil, fmt.Errorf("the key %q is given twice", at)
		}
		if object[name], err = readJSON(decoder, at, depth); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token()
	return object, closed(err)
}

func readList(decoder *json.Decoder, key string, depth int) (any, error) {
	list := []any{}
	for decoder.More() {
		item, err := readJSON(decoder, key, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	_, err := decoder.Token()
	return list, closed(err)
}

// closed explains what stands where a bracket should.
func closed(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the JSON document ends too early")
	}
	if err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}
