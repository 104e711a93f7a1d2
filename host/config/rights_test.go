package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/bothost/bothost/host/config"
)

// guarded gives options with a data directory that holds files, a folder
// beside it that holds others, and variables.
func guarded(t *testing.T, yaml string) config.LoadOptions {
	t.Helper()
	dir := write(t, map[string]string{
		"data/key": "from data\r\n", "data/sub/key": "sub", "data/binary": "a\x00b", "data/admin.key": "sesame",
		"data/run/1/x": "sesame", "outside": "sesame", "config/near": "near\n", "config/bothost.yaml": yaml,
	})
	for link, target := range map[string]string{"out": filepath.Join(dir, "outside"), "in": "sub/key", "up": ".."} {
		if err := os.Symlink(target, filepath.Join(dir, "data", link)); err != nil {
			t.Fatal(err)
		}
	}
	return config.LoadOptions{
		Files:    []string{filepath.Join(dir, "config", "bothost.yaml")},
		Environ:  []string{"BOTHOST__DATA_DIR=" + filepath.Join(dir, "data"), "SECRET=sesame", "TENANT_KEY=allowed", "NUMBER=7", "OUT=../outside"},
		Overlays: []config.Overlay{{Origin: "test", Values: map[string]any{"secrets": map[string]any{"allow_env": []string{"TENANT_*", "OUT", "NUMBER"}}}}},
	}
}

func TestOperatorsReferencesAreFree(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ value, want string }{
		{"${env:SECRET}", "sesame"},
		{"Bearer ${env:SECRET}/${env:NUMBER}", "Bearer sesame/7"},
		{"$${env:SECRET}", "${env:SECRET}"},
		{"a $${x} b", "a ${x} b"},
		{"$5 and $$", "$5 and $$"},
		{"$$${env:NUMBER}", "$${env:NUMBER}"},
		{"${file:near}", "near"},
		{"${file:../outside}", "sesame"},
		{"${file:../data/key}", "from data"},
	} {
		resolver := bind(t, guarded(t, `bot: {llm: {api_key: "`+test.value+`"}}`))
		got := string(resolve(t, bot(t, resolver, `{}`).LLM).Instance)
		if want := `"api_key":"` + test.want + `"`; !strings.Contains(got, want) {
			t.Errorf("%s: want %s in %s", test.value, want, got)
		}
	}
}

func TestReferencesTakeTheTypeOfTheirKey(t *testing.T) {
	t.Parallel()
	made := bot(t, bind(t, guarded(t, `bot: {llm: {retries: "${env:NUMBER}", base_url: "http://${env:NUMBER}"}}`)), `{}`)
	if got := string(resolve(t, made.LLM).Instance); !strings.Contains(got, `"retries":7`) || !strings.Contains(got, `"base_url":"http://7"`) {
		t.Errorf("got %s", got)
	}
}

func TestReferencesWithinLists(t *testing.T) {
	t.Parallel()
	made := bot(t, bind(t, guarded(t, `bot: {llm: {stop: ["${env:NUMBER}", "$${x}", "a"]}}`)), `{}`)
	if got := string(resolve(t, made.LLM).PerCall); !strings.Contains(got, `"stop":["7","${x}","a"]`) {
		t.Errorf("got %s", got)
	}
}

func TestAPipeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	given := guarded(t, `bot: {llm: {api_key: "${file:pipe}"}}`)
	if err := syscall.Mkfifo(filepath.Join(filepath.Dir(given.Files[0]), "pipe"), 0o600); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	_, err := bot(t, bind(t, given), `{}`).LLM.Resolve()
	refused(t, err, "it must be a plain file")
}

func TestFilesAreReadAnew(t *testing.T) {
	t.Parallel()
	given := guarded(t, `bot: {llm: {api_key: "${file:near}"}}`)
	section := bot(t, bind(t, given), `{}`).LLM
	before := resolve(t, section)
	if err := os.WriteFile(filepath.Join(filepath.Dir(given.Files[0]), "near"), []byte("rotated"), 0o600); err != nil {
		t.Fatal(err)
	}
	after := resolve(t, section)
	if !strings.Contains(string(after.Instance), "rotated") || after.Fingerprint(nil) == before.Fingerprint(nil) {
		t.Errorf("got %s", after.Instance)
	}
}

func TestWhatCannotBeResolved(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ section, want string }{
		{`{api_key: "${env:ABSENT}"}`, "llm.api_key: ${env:ABSENT}: there is no such environment variable (file bothost.yaml)"},
		{`{api_key: "${file:absent}"}`, "llm.api_key: ${file:absent}: no such file"},
		{`{api_key: "${file:.}"}`, "llm.api_key: ${file:.}: it must be a plain file"},
		{`{api_key: "${file:../data/binary}"}`, "U+0000"},
		{`{headers: {A: "${env:ABSENT}", B: "${file:absent}"}}`, "llm.headers.B"},
		{`{retries: "${env:SECRET}"}`, "llm.retries: what it refers to does not fit"},
		{`{base_url: "${env:SECRET}"}`, "llm.base_url: what it refers to does not fit"},
	} {
		_, err := bot(t, bind(t, guarded(t, `bot: {llm: `+test.section+`}`)), `{}`).LLM.Resolve()
		refused(t, err, test.want)
	}
}

func TestUnknownReferencesAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"${HOME}", "${vault:x}", "${env:}", "${", "a ${env:X", "${}"} {
		refused(t, attempt(t, guarded(t, `bot: {llm: {region: "`+value+`"}}`), `{}`), "bot.llm.region: ", "(file bothost.yaml)")
	}
}

func TestRegisteredReferences(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ llm, want string }{
		{`{"api_key": "${env:TENANT_KEY}"}`, `"api_key":"allowed"`},
		{`{"region": "r-${env:TENANT_KEY}"}`, `"region":"r-allowed"`},
		{`{"api_key": "${file:key}"}`, `"api_key":"from data"`},
		{`{"api_key": "${file:sub/../key}"}`, `"api_key":"from data"`},
		{`{"api_key": "${file:in}"}`, `"api_key":"sub"`},
		{`{"headers": {"Authorization": "Bearer ${env:TENANT_KEY}"}}`, `"Bearer allowed"`},
		{`{"api_key": ""}`, `"api_key":""`},
		{`{"ca_file": "ca.pem"}`, `"ca_file":"ca.pem"`},
		{`{"ca_file": "new/ca.pem"}`, `"ca_file":"new/ca.pem"`},
	} {
		made := bot(t, bind(t, guarded(t, "{}")), `{"llm": `+test.llm+`}`)
		if got := string(resolve(t, made.LLM).Instance); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s", test.llm, got)
		}
	}
}

func TestRegisteredReferencesHaveNoOtherRights(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ llm, want string }{
		{`{"api_key": "sesame"}`, "llm.api_key: a secret over the API must be a reference"},
		{`{"api_key": "$${sesame}"}`, "must be a reference"},
		{`{"headers": {"A": "sesame"}}`, "llm.headers.A: a secret over the API must be a reference"},
		{`{"api_key": 1}`, "llm.api_key: "},
		{`{"api_key": "${env:SECRET}"}`, "llm.api_key: ${env:SECRET}: secrets.allow_env does not allow"},
		{`{"region": "${env:SECRET}"}`, "llm.region: ${env:SECRET}: secrets.allow_env does not allow"},
		{`{"stop": ["${env:SECRET}"]}`, "llm.stop: ${env:SECRET}: secrets.allow_env does not allow"},
		{`{"api_key": "${file:../outside}"}`, "must stay inside data_dir"},
		{`{"api_key": "${file:out}"}`, "must stay inside data_dir"},
		{`{"api_key": "${file:up/outside}"}`, "must stay inside data_dir"},
		{`{"api_key": "${file:/etc/hostname}"}`, "must stay inside data_dir"},
		{`{"api_key": "${file:admin.key}"}`, "the host keeps this for itself"},
		{`{"api_key": "${file:./sub/../ADMIN.KEY}"}`, "the host keeps this for itself"},
		{`{"api_key": "${file:run/1/x}"}`, "the host keeps this for itself"},
		{`{"ca_file": "../outside"}`, "llm.ca_file: the path must stay inside data_dir"},
		{`{"ca_file": "/etc/hostname"}`, "llm.ca_file: the path must stay inside data_dir"},
		{`{"ca_file": "out"}`, "llm.ca_file: the path must stay inside data_dir"},
		{`{"ca_file": "up/x"}`, "llm.ca_file: the path must stay inside data_dir"},
		{`{"ca_file": "file:/etc/hostname"}`, "llm.ca_file: a path over the API holds no colon"},
		{`{"base_url": "http://user:sesame@host"}`, "llm.base_url: a secret over the API must be a reference"},
		{`{"ca_file": "holder"}`, "the host keeps this for itself"},
		{`{"ca_file": "catalog/x"}`, "the host keeps this for itself"},
		{`{"ca_file": "Bothost.db-wal"}`, "the host keeps this for itself"},
		{`{"ca_file": "admin.key.123"}`, "the host keeps this for itself"},
		{`{"ca_file": "run"}`, "the host keeps this for itself"},
	} {
		refused(t, attempt(t, guarded(t, "{}"), `{"llm": `+test.llm+`}`), test.want, "(tenant (registered))")
	}
}

// A path can also come out of a reference, which is only followed later.
func TestRegisteredPathsAreCheckedAgainWhenResolved(t *testing.T) {
	t.Parallel()
	given := guarded(t, "{}")
	made := bot(t, bind(t, given), `{"llm": {"ca_file": "${env:OUT}"}}`)
	_, err := made.LLM.Resolve()
	refused(t, err, "llm.ca_file: the path must stay inside data_dir")

	made = bot(t, bind(t, given), `{"llm": {"ca_file": "later"}}`)
	data := filepath.Dir(filepath.Dir(given.Files[0]))
	if err := os.Symlink("../outside", filepath.Join(data, "data", "later")); err != nil {
		t.Fatal(err)
	}
	_, err = made.LLM.Resolve()
	refused(t, err, "llm.ca_file: the path must stay inside data_dir")
}

// A registered tenant inherits what the operator wrote, with the operator's
// rights, beside its own values, with its own.
func TestRightsGoByTheLayer(t *testing.T) {
	t.Parallel()
	resolver := bind(t, guarded(t, `bot: {llm: {api_key: "${env:SECRET}", ca_file: ../outside}}`))
	made := bot(t, resolver, `{"llm": {"region": "${env:TENANT_KEY}"}}`)
	got := string(resolve(t, made.LLM).Instance)
	for _, want := range []string{`"api_key":"sesame"`, `"ca_file":"../outside"`, `"region":"allowed"`} {
		if !strings.Contains(got, want) {
			t.Errorf("want %s in %s", want, got)
		}
	}
}

func TestTenantMaySet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		patterns, body string
		wrong          string
	}{
		{"[llm.model, 'prompts.*', system_prompt]", `{"llm": {"model": "m"}, "prompts": {"v1.2": "x"}, "system_prompt": {"name": "v1.2"}}`, ""},
		{"[llm]", `{"llm": {"model": "m", "base_url": ""}}`, ""},
		{"['*']", `{"llm": {"model": "m"}, "memory": {"max_messages": 3}}`, ""},
		{"[]", `{}`, ""},
		{"[llm.model]", `{"llm": {"base_url": "http://x"}}`, "llm.base_url: may not be set over the API; tenant_may_set allows: llm.model"},
		{"[llm.model]", `{"llm": {"provider": "echo"}}`, "llm.provider: may not be set"},
		{"[llm.m]", `{"llm": {"model": "m"}}`, "llm.model: may not be set"},
		{"['*.model']", `{"prompts": {"x": "m"}}`, "prompts.x: may not be set"},
		{"[]", `{"prompts": {"x": "m"}}`, "prompts.x: may not be set"},
	} {
		err := attempt(t, options(t, "tenant_may_set: "+test.patterns), test.body)
		if test.wrong == "" {
			if err != nil {
				t.Errorf("%s, %s: %v", test.patterns, test.body, err)
			}
			continue
		}
		refused(t, err, test.wrong)
	}
}
