package httpapi_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is the API's document, held against every answer of these tests.
type contract struct {
	document map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

const documentFile = "openapi.json"

func newContract(t *testing.T) *contract {
	t.Helper()
	text, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{compiler: jsonschema.NewCompiler()}
	c.document, _ = parsed.(map[string]any)
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	if err := c.compiler.AddResource(documentFile, parsed); err != nil {
		t.Fatal(err)
	}
	return c
}

// check compares an answer with what the document says of it. A call that no
// route takes is not documented.
func (c *contract) check(t *testing.T, made call, w *httptest.ResponseRecorder) {
	t.Helper()
	at, ok := c.find(made)
	if !ok {
		return
	}
	response, at := c.at(at + "/responses/" + strconv.Itoa(w.Code))
	if response == nil {
		t.Errorf("%s %s answers %d, which is not documented", made.method, made.target, w.Code)
		return
	}
	content, _ := response["content"].(map[string]any)
	mediaType, _, _ := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if content == nil {
		if w.Body.Len() > 0 {
			t.Errorf("%s %s answers %d with a body: %s", made.method, made.target, w.Code, w.Body)
		}
		return
	}
	if _, ok := content[mediaType]; !ok {
		t.Errorf("%s %s answers %d as %q, which is not documented", made.method, made.target, w.Code, mediaType)
		return
	}
	if strings.HasSuffix(mediaType, "json") && mediaType != "application/x-ndjson" {
		c.validate(t, at+"/content/"+escape(mediaType)+"/schema", w.Body.Bytes())
	}
}

// validate checks JSON by the schema at a place of the document.
func (c *contract) validate(t *testing.T, at string, body []byte) {
	t.Helper()
	c.mu.Lock()
	schema, err := c.compiler.Compile(documentFile + "#" + at)
	c.mu.Unlock()
	if err != nil {
		t.Fatalf("compile %s: %v", at, err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s is not as documented: %v", body, err)
	}
}

// find gives the place of a call's operation in the document.
func (c *contract) find(made call) (at string, ok bool) {
	path, _, _ := strings.Cut(made.target, "?")
	paths, _ := c.document["paths"].(map[string]any)
	for pattern, item := range paths {
		expression := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(pattern), `[^/]+`)
		operations, _ := item.(map[string]any)
		if _, ok := operations[strings.ToLower(made.method)]; ok && regexp.MustCompile("^"+expression+"$").MatchString(path) {
			return "/paths/" + escape(pattern) + "/" + strings.ToLower(made.method), true
		}
	}
	return "", false
}

// at gives what is at a place of the document, and the place that a reference
// there leads to.
func (c *contract) at(place string) (map[string]any, string) {
	var value any = c.document
	for _, name := range strings.Split(strings.TrimPrefix(place, "/"), "/") {
		object, _ := value.(map[string]any)
		name, _ = url.PathUnescape(name)
		value = object[strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")]
	}
	object, _ := value.(map[string]any)
	if ref, ok := object["$ref"].(string); ok {
		return c.at(strings.TrimPrefix(ref, "#"))
	}
	return object, place
}

// escape makes a name part of a JSON pointer in a URL.
func escape(name string) string {
	return url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1"))
}

// TestContractIsHeld checks that the check would notice.
func TestContractIsHeld(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	if at, ok := c.find(get("/v1/conversations/x%2Fy/messages?limit=1")); !ok || !strings.HasSuffix(at, "messages/get") {
		t.Errorf("found %q, %v", at, ok)
	}
	schema, err := c.compiler.Compile(documentFile + "#/components/schemas/ChatReply")
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal([]byte(`{"conversation_id":"c","turn":0}`), &value); err != nil {
		t.Fatal(err)
	}
	if schema.Validate(value) == nil {
		t.Error("a reply that lacks most of its members is as documented")
	}
}

// calls gives one call for each operation of the document, with paths as they
// are written there.
func (c *contract) calls() []call {
	var all []call
	paths, _ := c.document["paths"].(map[string]any)
	for path, item := range paths {
		operations, _ := item.(map[string]any)
		for method := range operations {
			if method != "parameters" {
				all = append(all, call{method: strings.ToUpper(method), target: path})
			}
		}
	}
	return all
}
