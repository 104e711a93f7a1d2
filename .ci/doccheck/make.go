package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// targetOf gives the target of a line that is `make TARGET`. With options it is
// a Makefile of somebody else's, and a command like any other.
func targetOf(line string) (string, bool) {
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "make" || strings.HasPrefix(words[1], "-") {
		return "", false
	}
	return words[1], true
}

// withoutMake takes the lines out that .ci/run tries.
func withoutMake(text string) string {
	lines := slices.DeleteFunc(strings.SplitAfter(text, "\n"), func(line string) bool {
		_, ok := targetOf(line)
		return ok
	})
	return strings.Join(lines, "")
}

// checkMake reports the documented targets that .ci/run does not make.
func checkMake(documents []*document) error {
	made, err := madeTargets()
	if err != nil {
		return err
	}
	var wrong []error
	for _, d := range documents {
		for _, b := range d.blocks {
			for line := range strings.Lines(b.text) {
				target, ok := targetOf(line)
				if b.kind == command && ok && !slices.Contains(made, target) {
					wrong = append(wrong, fmt.Errorf("%s: .ci/run does not make %s", b.where, target))
				}
			}
		}
	}
	return errors.Join(wrong...)
}

// madeTargets are those that .ci/run names, and those that they depend on.
func madeTargets() ([]string, error) {
	run, err := os.ReadFile(".ci/run")
	if err != nil {
		return nil, err
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		return nil, err
	}
	needs := map[string][]string{}
	for _, rule := range regexp.MustCompile(`(?m)^([a-z-]+):([a-z -]*)(##.*)?$`).FindAllStringSubmatch(string(makefile), -1) {
		needs[rule[1]] = strings.Fields(rule[2])
	}
	var made []string
	for _, call := range regexp.MustCompile(`(?m)^.*\bmake ([a-z-]+)$`).FindAllStringSubmatch(string(run), -1) {
		made = append(made, call[1])
	}
	for i := 0; i < len(made); i++ {
		made = append(made, needs[made[i]]...)
	}
	return made, nil
}
