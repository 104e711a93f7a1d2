package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	yamlv3 "go.yaml.in/yaml/v3"
)

// parserOf picks the parser by a file's name.
func parserOf(path string) (koanf.Parser, bool) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml":
		return oneYAML{yaml.Parser()}, true
	case ".json":
		return exactJSON{}, true
	case ".toml":
		return toml.Parser(), true
	default:
		return nil, false
	}
}

// readFile gives a file's document as it was parsed.
func readFile(path string) (map[string]any, error) {
	parser, ok := parserOf(path)
	if !ok {
		return nil, errors.New("cannot tell what it is written in: the name must end in .yaml, .yml, .json or .toml")
	}
	raw, err := file.Provider(path).ReadBytes()
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return parser.Unmarshal(raw)
}

// oneYAML is koanf's parser for files that hold one document, a map, or
// nothing. The parser alone would pass over a second document in silence, and
// repeat values in its errors where there is no map.
type oneYAML struct{ koanf.Parser }

// Unmarshal reads the document.
func (p oneYAML) Unmarshal(raw []byte) (map[string]any, error) {
	decoder := yamlv3.NewDecoder(bytes.NewReader(raw))
	var document yamlv3.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return map[string]any{}, nil
	}
	if err != nil {
		return nil, notYAML(err)
	}
	if content := document.Content; len(content) == 1 && content[0].Tag == "!!null" {
		return map[string]any{}, nil
	}
	if content := document.Content; len(content) != 1 || content[0].Kind != yamlv3.MappingNode {
		return nil, errors.New("want a map of keys at the top")
	}
	if err := decoder.Decode(new(yamlv3.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one YAML document in the file")
	}
	values, err := p.Parser.Unmarshal(raw)
	if err != nil {
		return nil, notYAML(err)
	}
	return values, nil
}

// notYAML says what is wrong with a document. The parser repeats values where it
// cannot make of one what its tag says, and where one is taken for an alias.
func notYAML(err error) error {
	quoted := regexp.MustCompile("(?s)`.*`|anchor '.*'")
	return fmt.Errorf("read YAML: %s", quoted.ReplaceAllString(err.Error(), "(a value)"))
}
