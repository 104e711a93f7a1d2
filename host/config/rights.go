package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// What the host keeps in the data directory for itself: nothing that is
// registered over the API can name it.
const (
	// AdminKeyFile holds the administrator's key, where one was generated.
	AdminKeyFile = "admin.key"
	// HolderFile names the host that has the folder, and is its lock.
	HolderFile = "holder"
	// RunDir is the folder of what is only kept while a host runs.
	RunDir = "run"
	// CatalogDir is the folder of what plugins said about themselves.
	CatalogDir = "catalog"
	// KeptDir is the folder of copies of the plugins that were used last.
	KeptDir = "kept"
	// databaseFile is where store-sqlite keeps everybody's conversations unless it
	// is told otherwise; with a hyphen after it come the files beside it.
	databaseFile = "bothost.db"
)

// maxSecret is the size of the largest file that can be referred to.
const maxSecret = 1 << 20

// readOnly opens without waiting, so that a pipe is refused and not waited for.
const readOnly = os.O_RDONLY | syscall.O_NONBLOCK

// rights resolve references by what their layer may do.
type rights struct {
	environ  map[string]string
	dataDir  string
	allowEnv []string
}

func newRights(settings Settings, environ []string) rights {
	variables := make(map[string]string, len(environ))
	for _, variable := range environ {
		if name, value, ok := strings.Cut(variable, "="); ok {
			variables[name] = value
		}
	}
	return rights{environ: variables, dataDir: settings.DataDir, allowEnv: settings.Secrets.AllowEnv}
}

// allowed says why a layer may not use the references of a text, if it may not.
func (r rights) allowed(origin Origin, text string) error {
	parts, err := parseText(text)
	if err != nil || !origin.Registered {
		return err
	}
	for _, part := range parts {
		switch {
		case part.reference == nil:
		case part.reference.scheme == "env":
			if !slices.ContainsFunc(r.allowEnv, func(pattern string) bool { return glob(pattern, part.reference.name) }) {
				return missing(*part.reference, "secrets.allow_env does not allow this variable to be used over the API")
			}
		default:
			if _, err := r.inside(part.reference.name); err != nil {
				return missing(*part.reference, err.Error())
			}
		}
	}
	return nil
}

// resolve gives what a text stands for. Its errors name references, never
// what they refer to.
func (r rights) resolve(origin Origin, text string) (string, error) {
	if err := r.allowed(origin, text); err != nil {
		return "", err
	}
	parts, err := parseText(text)
	if err != nil {
		return "", err
	}
	var resolved strings.Builder
	for _, part := range parts {
		value := part.literal
		if part.reference != nil {
			if value, err = r.follow(origin, *part.reference); err != nil {
				return "", err
			}
		}
		resolved.WriteString(value)
	}
	return resolved.String(), nil
}

func (r rights) follow(origin Origin, to reference) (string, error) {
	if to.scheme == "env" {
		value, ok := r.environ[to.name]
		if !ok {
			return "", missing(to, "there is no such environment variable")
		}
		if !validText(value) {
			return "", missing(to, "the variable is not UTF-8")
		}
		return value, nil
	}
	content, err := r.read(origin, to.name)
	if err != nil {
		return "", missing(to, reason(err))
	}
	if !validText(content) {
		return "", missing(to, "the file holds U+0000, or is not UTF-8")
	}
	return strings.TrimSuffix(strings.TrimSuffix(content, "\n"), "\r"), nil
}

// read gives a file's content. What was registered is read below the data
// directory through os.Root, which no symbolic link leads out of.
func (r rights) read(origin Origin, path string) (string, error) {
	if !origin.Registered {
		if !filepath.IsAbs(path) {
			path = filepath.Join(origin.Dir, path)
		}
		return readRegular(os.OpenFile(path, readOnly, 0))
	}
	local, err := r.inside(path)
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(r.dataDir)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }()
	return readRegular(root.OpenFile(local, readOnly, 0))
}

// readRegular reads and closes an open file that must be a plain one.
func readRegular(file *os.File, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSecret {
		return "", fmt.Errorf("it must be a plain file of at most %d bytes", maxSecret)
	}
	content, err := io.ReadAll(io.LimitReader(file, maxSecret))
	return string(content), err
}

// inside gives a path relative to the data directory, if it stays there.
func (r rights) inside(path string) (string, error) {
	if strings.Contains(path, ":") {
		return "", errors.New("a path over the API holds no colon")
	}
	local := filepath.Clean(path)
	if filepath.IsAbs(path) {
		relative, err := filepath.Rel(r.dataDir, local)
		if err != nil {
			return "", errors.New("the path must stay inside data_dir")
		}
		local = relative
	}
	if !filepath.IsLocal(local) {
		return "", errors.New("the path must stay inside data_dir")
	}
	first, _, _ := strings.Cut(filepath.ToSlash(local), "/")
	own := func(name string) bool { return strings.HasPrefix(strings.ToLower(first), name) }
	whole := func(name string) bool { return strings.EqualFold(first, name) }
	if slices.ContainsFunc([]string{AdminKeyFile, databaseFile}, own) ||
		slices.ContainsFunc([]string{HolderFile, RunDir, CatalogDir, KeptDir}, whole) {
		return "", errors.New("the host keeps this for itself")
	}
	return local, r.noWayOut(local)
}

// noWayOut reports that a path below the data directory leads out of it by a
// symbolic link. What is not there yet leads nowhere.
func (r rights) noWayOut(local string) error {
	root, err := os.OpenRoot(r.dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errors.New("data_dir cannot be opened")
	}
	defer func() { _ = root.Close() }()
	if _, err := root.Stat(local); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.New("the path must stay inside data_dir")
	}
	return nil
}

// reason is an error of the file system without the path in it.
func reason(err error) string {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return failed.Err.Error()
	}
	return err.Error()
}
