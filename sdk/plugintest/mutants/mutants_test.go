package mutants_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// subject is a store whose code is mutated.
type subject struct {
	// folder of its package, from the module's root.
	folder string
	// suite is the test that runs the suite, its cases being subtests of it.
	suite   string
	mutants []mutant
}

// mutant is the subject with one defect.
type mutant struct {
	// defect says what is wrong with it.
	defect string
	// file of the package has the piece old exactly once; new takes its place.
	file, old, new string
	// found is the case that must fail.
	found string
}

// run builds the subject as it is, which must pass, and each of its mutants. One
// subject is run after the other, so that no more than two builds run at once.
func (s subject) run(t *testing.T) {
	t.Helper()
	build := builder(s)
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		output := s.test(t, build(t, nil), "")
		for _, m := range s.mutants {
			if !strings.Contains(output, "--- PASS: "+s.testName(m.found)+" ") {
				t.Errorf("the case %q does not pass, or is not there:\n%s", m.found, output)
			}
		}
		if strings.Contains(output, "--- FAIL: ") {
			t.Errorf("the suite fails:\n%s", output)
		}
	})
	for _, m := range s.mutants {
		t.Run(m.defect, func(t *testing.T) {
			t.Parallel()
			output := s.test(t, build(t, &m), m.found)
			switch {
			case strings.Contains(output, "--- FAIL: "+s.testName(m.found)+" "):
			case strings.Contains(output, "--- PASS: "+s.testName(m.found)+" "):
				t.Errorf("the case %q does not find that %s", m.found, m.defect)
			default:
				t.Errorf("the case %q has neither passed nor failed:\n%s", m.found, output)
			}
		})
	}
}

// builder gives a function that builds the subject's tests, with a defect or
// without, and at most two at a time.
func builder(s subject) func(*testing.T, *mutant) string {
	slots := make(chan struct{}, 2)
	return func(t *testing.T, m *mutant) string {
		t.Helper()
		temp := t.TempDir()
		binary := filepath.Join(temp, "mutant.test")
		// As `make build` has built what the store depends on.
		args := []string{"test", "-c", "-vet=off", "-trimpath", "-ldflags", "-s -w", "-o", binary}
		if m != nil {
			args = append(args, "-overlay", m.overlay(t, filepath.Join(root(t), s.folder), temp))
		}
		slots <- struct{}{}
		defer func() { <-slots }()
		command := exec.CommandContext(t.Context(), "go", append(args, "./"+s.folder)...)
		command.Dir = root(t)
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("build: %v\n%s", err, output)
		}
		return binary
	}
}

// overlay writes the mutated file, and a description of it for the go command.
func (m *mutant) overlay(t *testing.T, folder, temp string) string {
	t.Helper()
	original := filepath.Join(folder, m.file)
	code, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	if count := bytes.Count(code, []byte(m.old)); count != 1 {
		t.Fatalf("%s has this piece %d times, want once: the mutant has to follow the code:\n%s", m.file, count, m.old)
	}
	mutated := filepath.Join(temp, m.file)
	write(t, mutated, bytes.Replace(code, []byte(m.old), []byte(m.new), 1))
	description, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(temp, "overlay.json")
	write(t, overlay, description)
	return overlay
}

func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// test runs a case, or all, and gives what go test says of it. What it says of
// tests around the case does not matter.
func (s subject) test(t *testing.T, binary, name string) string {
	t.Helper()
	pattern := strings.Split(s.suite, "/")
	if name != "" {
		pattern = strings.Split(s.testName(name), "/")
	}
	for i, level := range pattern {
		pattern[i] = "^" + regexp.QuoteMeta(level) + "$"
	}
	command := exec.CommandContext(t.Context(), binary, "-test.v", "-test.timeout=2m", "-test.run", strings.Join(pattern, "/"))
	command.Dir = t.TempDir()
	output, err := command.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatalf("run: %v", err)
	}
	return string(output)
}

// testName is what go test calls a case.
func (s subject) testName(name string) string {
	return s.suite + "/" + strings.ReplaceAll(name, " ", "_")
}

// root is the module's.
func root(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
