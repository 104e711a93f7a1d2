package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// source is one configuration file, under the name that people know it by.
type source struct {
	path string
	name string
}

// sources finds the files to load, in order: a folder stands for its files in
// the order of their names.
func sources(given []string) ([]source, Problems) {
	var found []source
	var problems Problems
	for _, path := range given {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			problems = append(problems, Problem{Message: fmt.Sprintf("read configuration: %v", err)})
		case info.IsDir():
			inside, err := configFiles(path)
			if err != nil {
				problems = append(problems, Problem{Message: err.Error()})
			}
			found = append(found, inside...)
		default:
			found = append(found, source{path: path, name: "file " + filepath.Base(path)})
		}
	}
	return distinct(found), problems
}

// distinct names files by their paths where their names alone would not tell.
func distinct(found []source) []source {
	count := map[string]int{}
	for _, file := range found {
		count[file.name]++
	}
	for i, file := range found {
		if count[file.name] > 1 {
			found[i].name = "file " + file.path
		}
	}
	return found
}

// configFiles lists the files of a folder that are configuration by their names.
func configFiles(dir string) ([]source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read folder: %w", err)
	}
	var found []source
	for _, entry := range entries {
		_, known := parserOf(entry.Name())
		if entry.IsDir() || !known || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		found = append(found, source{path: filepath.Join(dir, entry.Name()), name: "file " + entry.Name()})
	}
	return found, nil
}

// load reads one file as a layer.
func (s source) load(origin Origin) (layer, Problems) {
	origin.Dir = filepath.Dir(absolute(s.path))
	values, err := readFile(s.path)
	if err != nil {
		return layer{origin: origin}, Problems{{Message: err.Error(), Source: origin.Name}}
	}
	t, problems := normalize(values, origin)
	return layer{origin: origin, values: t}, problems
}

// anchor is the folder that the first configuration file is in, or that was
// given in its place; "" if there is none.
func anchor(given []string) string {
	index := slices.IndexFunc(given, func(path string) bool { return path != "" })
	if index < 0 {
		return ""
	}
	path := absolute(given[index])
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path
	}
	return filepath.Dir(path)
}

// absolute gives the path from the root, or the path itself where the working
// directory cannot be told.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
