package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// checkLinks reports links that lead to no file, or to no heading of it.
func checkLinks(documents []*document) error {
	headings := map[string]map[string]bool{}
	for _, d := range documents {
		headings[d.path] = d.anchors()
	}
	link := regexp.MustCompile(`\]\(([^)#: ]*)(?:#([^) ]*))?\)`)
	var wrong []error
	for _, d := range documents {
		for i, line := range d.lines {
			for _, found := range link.FindAllStringSubmatch(line, -1) {
				target := d.path
				if found[1] != "" {
					target = filepath.Join(filepath.Dir(d.path), found[1])
				}
				_, err := os.Stat(target)
				known, isDocument := headings[target]
				if err != nil || (isDocument && found[2] != "" && !known[found[2]]) {
					wrong = append(wrong, fmt.Errorf("%s:%d: the link %s leads nowhere", d.path, i+1, found[0][1:]))
				}
			}
		}
	}
	return errors.Join(wrong...)
}

// anchors are the names that headings can be linked to by.
func (d *document) anchors() map[string]bool {
	anchors := map[string]bool{}
	fenced := false
	for _, line := range d.lines {
		if strings.HasPrefix(line, fence) {
			fenced = !fenced
		}
		title := strings.TrimLeft(line, "#")
		if fenced || title == line {
			continue
		}
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
		anchors[strings.ReplaceAll(name, " ", "-")] = true
	}
	return anchors
}
