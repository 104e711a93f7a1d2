package plugintest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/client"
	"github.com/bothost/bothost/sdk/llm"
	"github.com/bothost/bothost/sdk/memory"
	"github.com/bothost/bothost/sdk/message"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
	"github.com/bothost/bothost/sdk/store"
)

// Subject is a plugin that is being served, in whatever process and language.
type Subject struct {
	Conn grpc.ClientConnInterface
	// Section is the configuration to test with, as a user would write it.
	Section map[string]any
	// DataDir is a folder that the plugin may keep files in.
	DataDir string
}

// opened is an instance of the subject.
type opened struct {
	client.Instance
	description *pluginv1.DescribeResponse
	window      memory.Window
	options     json.RawMessage
}

// open asks the subject what it is and opens an instance of it.
func (s Subject) open(ctx context.Context) (*opened, error) {
	service := pluginv1.NewPluginServiceClient(s.Conn)
	description, err := service.Describe(ctx, &pluginv1.DescribeRequest{})
	if err != nil {
		return nil, fmt.Errorf("describe: %w", client.Error(err))
	}
	config, options, err := split(description.GetConfigSchema(), s.Section)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 8)
	// It never fails: see crypto/rand.
	_, _ = rand.Read(id)
	instance := client.Instance{Conn: s.Conn, ID: "test-" + hex.EncodeToString(id)}
	response, err := service.Open(ctx, &pluginv1.OpenRequest{Instance: instance.ID, Config: config, DataDir: s.DataDir})
	if err != nil {
		return nil, fmt.Errorf("open: %w", client.Error(err))
	}
	return &opened{
		Instance: instance, description: description, options: options,
		window: client.Window(response),
	}, nil
}

// split checks a section against the plugin's schema and divides it as a host
// does.
func split(raw []byte, section map[string]any) (config, options []byte, err error) {
	described, err := schema.Parse(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("the schema of the configuration: %w", err)
	}
	if section == nil {
		section = map[string]any{}
	}
	if problems := described.Check(section); len(problems) > 0 {
		return nil, nil, fmt.Errorf("the configuration of the test does not fit the schema: %v", problems)
	}
	instance, perCall := described.Split(section)
	if config, err = json.Marshal(instance); err != nil {
		return nil, nil, err
	}
	options, err = json.Marshal(perCall)
	return config, options, err
}

func (o *opened) close(ctx context.Context) error {
	_, err := pluginv1.NewPluginServiceClient(o.Conn).Close(ctx, &pluginv1.CloseRequest{Instance: o.ID})
	return client.Error(err)
}

func (o *opened) serves(service string) bool {
	return slices.Contains(o.description.GetServices(), service)
}

// cases gives the suite of the subject's kind, bound to the instance.
func (o *opened) cases() ([]Case[struct{}], error) {
	switch kind := o.description.GetKind(); kind {
	case pluginv1.Kind_KIND_LLM:
		return bind(LLMCases(), LLM(boundLLM{o})), nil
	case pluginv1.Kind_KIND_MEMORY:
		return bind(MemoryCases(), memory.Strategy(client.Memory{Instance: o.Instance, Bounds: o.window})), nil
	case pluginv1.Kind_KIND_STORE:
		cases := bind(StoreCases(), store.Conversations(client.Conversations{Instance: o.Instance}))
		if o.serves(pluginv1.TenantStoreService_ServiceDesc.ServiceName) {
			cases = append(cases, bind(TenantCases(), store.Tenants(client.Tenants{Instance: o.Instance}))...)
		}
		return cases, nil
	default:
		return nil, fmt.Errorf("the plugin describes itself as of kind %s, which has no suite", kind)
	}
}

// bind gives cases their subject.
func bind[S any](cases []Case[S], subject S) []Case[struct{}] {
	bound := make([]Case[struct{}], len(cases))
	for i, c := range cases {
		bound[i] = Case[struct{}]{Name: c.Name, Run: func(t T, _ struct{}) { c.Run(t, subject) }}
	}
	return bound
}

// boundLLM is a provider with the options of the section.
type boundLLM struct{ *opened }

func (b boundLLM) Chat(ctx context.Context, tenant, conversation string, messages []message.Message, emit func(string) error) (llm.Result, error) {
	return client.LLM{Instance: b.Instance}.Chat(ctx, llm.Request[json.RawMessage]{
		Tenant: tenant, Conversation: conversation, Messages: messages, Options: b.options,
	}, emit)
}
