package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bothost/bothost/host/config"
)

func TestStampTellsWhetherFilesHaveChangedSinceTheyWereRead(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, dir string) error{
		"a file": func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "bothost.yaml"), []byte("listen: 127.0.0.1:80801\n"), 0o600)
		},
		"a file that goes": func(_ *testing.T, dir string) error {
			return os.Remove(filepath.Join(dir, "bothost.yaml"))
		},
		"a tenant": func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "tenants.d", "a.yaml"), []byte("memory: {type: buffer}\n"), 0o600)
		},
		"a tenant that comes": func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "tenants.d", "b.yaml"), nil, 0o600)
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, map[string]string{"bothost.yaml": "listen: 127.0.0.1:8080\n", "tenants.d/a.yaml": ""})
			options := config.LoadOptions{Files: []string{filepath.Join(dir, "bothost.yaml")}}
			loaded, err := config.Load(options)
			if err != nil {
				t.Fatal(err)
			}
			if options.Stamp(loaded) != loaded.Stamp() {
				t.Error("nothing has changed, and the stamps differ")
			}
			if err := change(t, dir); err != nil {
				t.Fatal(err)
			}
			if options.Stamp(loaded) == loaded.Stamp() {
				t.Error("the change does not show")
			}
		})
	}
}
