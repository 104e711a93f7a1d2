package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
)

const contractPackage = "bothost.plugin.v1."

// kind is what the contract says of a kind of plugins.
type kind struct {
	value pluginv1.Kind
	// service is the one that a plugin of the kind must serve.
	service string
}

func kinds() map[string]kind {
	return map[string]kind{
		"llm":    {pluginv1.Kind_KIND_LLM, "LLMService"},
		"memory": {pluginv1.Kind_KIND_MEMORY, "MemoryService"},
		"store":  {pluginv1.Kind_KIND_STORE, "ConversationStoreService"},
	}
}

func kindNames() []string { return slices.Sorted(maps.Keys(kinds())) }

// adopt checks a description against the file's name and the contract, and takes
// over what it says.
func (e *Entry) adopt(description *pluginv1.DescribeResponse) error {
	if err := e.checkContract(description); err != nil {
		return err
	}
	parsed, err := schema.Parse(description.GetConfigSchema())
	if err != nil {
		return fmt.Errorf("the schema of its configuration cannot be used: %w", err)
	}
	e.Schema = parsed
	e.Version = description.GetVersion()
	e.Contract = handshake.Version(description.GetContractMinor())
	e.Services = slices.Sorted(slices.Values(description.GetServices()))
	e.Volatile = description.GetVolatile()
	for _, effect := range description.GetEffects() {
		name := strings.ToLower(strings.TrimPrefix(effect.String(), "EFFECT_KIND_"))
		e.Effects = append(e.Effects, memory.EffectKind(name))
	}
	return nil
}

func (e *Entry) checkContract(description *pluginv1.DescribeResponse) error {
	if name := description.GetName(); name != e.Plugin {
		return fmt.Errorf("it says that it is %q: the file must bear the plugin's own name", name)
	}
	expected := kinds()[e.Kind]
	if description.GetKind() != expected.value {
		return fmt.Errorf("it says that its kind is %s, and the file's name that it is %s", description.GetKind(), expected.value)
	}
	if !slices.Contains(description.GetServices(), contractPackage+expected.service) {
		return fmt.Errorf("it does not serve %s%s, as every plugin of kind %s must", contractPackage, expected.service, e.Kind)
	}
	return nil
}
