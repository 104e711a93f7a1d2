package sdk

import (
	"context"

	lru "github.com/hashicorp/golang-lru/v2"
	"google.golang.org/grpc"

	"github.com/bothost/bothost/sdk/fault"
	"github.com/bothost/bothost/sdk/internal/wire"
	"github.com/bothost/bothost/sdk/llm"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
	"github.com/bothost/bothost/sdk/schema"
)

// ServeLLM serves an LLM provider until the host lets go, then ends the process.
// name is the plugin's full name, llm-NAME, and that of its executable; C and O
// are the two halves of its configuration (see package llm).
func ServeLLM[C, O any, P llm.Provider[O]](name, version string, open OpenFunc[C, P]) {
	serve(NewLLM(name, version, open))
}

// NewLLM makes an LLM plugin without serving it. It fails if the configuration
// types cannot be described by a schema.
func NewLLM[C, O any, P llm.Provider[O]](name, version string, open OpenFunc[C, P]) (*Plugin, error) {
	config, err := schema.Of[C]()
	if err != nil {
		return nil, err
	}
	options, err := schema.Of[O]()
	if err != nil {
		return nil, err
	}
	section, err := schema.Combine(config, options)
	if err != nil {
		return nil, err
	}
	p, err := newPlugin(pluginv1.Kind_KIND_LLM, name, version, section)
	if err != nil {
		return nil, err
	}
	decoded, err := lru.New[string, O](optionsCacheSize)
	if err != nil {
		return nil, err
	}
	server := &llmServer[C, O, P]{options: options, decoded: decoded}
	server.instances = &instances[C, P]{schema: config, openFunc: open, inspect: server.check}
	p.opened = server.instances
	p.register = func(r grpc.ServiceRegistrar) { pluginv1.RegisterLLMServiceServer(r, server) }
	return p, nil
}

// optionsCacheSize is how many tenants' per-call options stay decoded.
const optionsCacheSize = 1024

type llmServer[C, O any, P llm.Provider[O]] struct {
	pluginv1.UnimplementedLLMServiceServer
	instances *instances[C, P]
	options   *schema.Schema
	decoded   *lru.Cache[string, O]
}

func (s *llmServer[C, O, P]) Chat(r *pluginv1.ChatRequest, stream grpc.ServerStreamingServer[pluginv1.ChatResponse]) error {
	provider, done, err := s.instances.use(r.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	options, err := s.decode(r.GetOptions())
	if err != nil {
		return err
	}
	messages, err := wire.FromMessages(r.GetMessages())
	if err != nil {
		return fault.New(fault.Invalid, "%w", err)
	}
	emit, end := newOutlet(stream, r.GetWhole())
	// It must end also when the provider panics.
	defer func() { _ = end() }()
	result, err := provider.Chat(stream.Context(), llm.Request[O]{
		Tenant:       r.GetScope().GetTenant(),
		Conversation: r.GetScope().GetConversation(),
		Turn:         r.GetScope().GetTurn(),
		Messages:     messages,
		Whole:        r.GetWhole(),
		Options:      options,
	}, emit)
	if emitErr := end(); err == nil {
		err = emitErr
	}
	if err != nil {
		return err
	}
	return stream.Send(&pluginv1.ChatResponse{Event: &pluginv1.ChatResponse_Done{Done: &pluginv1.ChatDone{
		Model: result.Model, FinishReason: result.FinishReason, Usage: wire.ToUsage(result.Usage),
	}}})
}

// decode checks and decodes the per-call half of a configuration, which is the
// same in most calls of a tenant. Providers must not change what they are given.
func (s *llmServer[C, O, P]) decode(raw []byte) (O, error) {
	if len(raw) == 0 {
		raw = []byte("{}")
	}
	if options, ok := s.decoded.Get(string(raw)); ok {
		return options, nil
	}
	options, err := schema.Decode[O](s.options, raw)
	if err == nil {
		s.decoded.Add(string(raw), options)
	}
	return options, err
}

func (s *llmServer[C, O, P]) check(ctx context.Context, provider P, raw []byte) (string, error) {
	checker, ok := any(provider).(llm.Checker[O])
	if !ok {
		return "open", nil
	}
	options, err := s.decode(raw)
	if err != nil {
		return "", err
	}
	return checker.Check(ctx, options)
}
