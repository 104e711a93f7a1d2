package plugincheck_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/bothost/bothost/sdk/plugin/handshake"
	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// fake serves all that its plugin is asked, and is wrong as its name says.
type fake struct {
	pluginv1.UnimplementedPluginServiceServer
	pluginv1.UnimplementedLLMServiceServer
	pluginv1.UnimplementedMemoryServiceServer
	name  string
	calls sync.WaitGroup

	once  sync.Once
	turn  sync.Mutex
	mutex sync.Mutex
	open  map[string]bool
	heard string
}

func (f *fake) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	kind, service := pluginv1.Kind_KIND_LLM, pluginv1.LLMService_ServiceDesc.ServiceName
	switch f.name {
	case trimming:
		kind, service = pluginv1.Kind_KIND_MEMORY, pluginv1.MemoryService_ServiceDesc.ServiceName
	case turncoat:
		kind = pluginv1.Kind_KIND_STORE
	}
	return &pluginv1.DescribeResponse{
		Kind: kind, Name: f.name, Version: "1.2.3", ConfigSchema: []byte(`{"type": "object"}`),
		Services: []string{pluginv1.PluginService_ServiceDesc.ServiceName, service},
	}, nil
}

func (f *fake) Open(_ context.Context, r *pluginv1.OpenRequest) (*pluginv1.OpenResponse, error) {
	switch f.name {
	case fragile:
		fmt.Fprintln(os.Stderr, "no such table: models")
		leave(5)
	case stalling:
		time.Sleep(time.Hour)
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.open[r.GetInstance()] = true
	return &pluginv1.OpenResponse{Window: &pluginv1.Window{MaxMessages: 4}}, nil
}

func (f *fake) Close(_ context.Context, r *pluginv1.CloseRequest) (*pluginv1.CloseResponse, error) {
	f.calls.Wait()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.name != forgetful {
		delete(f.open, r.GetInstance())
	}
	return &pluginv1.CloseResponse{}, nil
}

func (f *fake) Check(_ context.Context, r *pluginv1.CheckRequest) (*pluginv1.CheckResponse, error) {
	return &pluginv1.CheckResponse{Summary: "well"}, f.find(r.GetInstance())
}

// find fails as the contract wants it if the instance is not open.
func (f *fake) find(instance string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.open[instance] {
		return nil
	}
	return failure(codes.Unavailable, "it is not open", handshake.NotOpen)
}

func failure(code codes.Code, message, reason string) error {
	detailed, err := status.New(code, message).WithDetails(&pluginv1.ErrorDetail{Reason: reason})
	if err != nil {
		return err
	}
	return detailed.Err()
}

func (f *fake) Attach(_ *pluginv1.AttachRequest, stream grpc.ServerStreamingServer[pluginv1.AttachResponse]) error {
	if err := stream.Send(&pluginv1.AttachResponse{}); err != nil {
		return err
	}
	<-stream.Context().Done()
	if f.name != orphan {
		leave(0)
	}
	return nil
}

func (f *fake) Chat(r *pluginv1.ChatRequest, stream grpc.ServerStreamingServer[pluginv1.ChatResponse]) error {
	if err := f.find(r.GetInstance()); err != nil {
		return err
	}
	f.calls.Add(1)
	defer f.calls.Done()
	if f.name == single {
		f.turn.Lock()
		defer f.turn.Unlock()
	}
	text := ""
	for _, part := range r.GetMessages()[len(r.GetMessages())-1].GetParts() {
		if blob := part.GetBlob(); blob != nil {
			return failure(codes.Unimplemented, "content of type "+blob.GetMediaType(), "")
		}
		text += part.GetText()
	}
	if err := f.misbehave(text, stream); err != nil {
		return err
	}
	for _, word := range strings.SplitAfter("You said: "+f.remember(text), " ") {
		if err := stream.Send(&pluginv1.ChatResponse{Event: &pluginv1.ChatResponse_Delta{Delta: word}}); err != nil {
			return err
		}
	}
	if f.name == abrupt {
		return nil
	}
	return stream.Send(&pluginv1.ChatResponse{Event: &pluginv1.ChatResponse_Done{
		Done: &pluginv1.ChatDone{Model: "fake", FinishReason: "stop"},
	}})
}

// misbehave is what some do before they reply.
func (f *fake) misbehave(text string, stream grpc.ServerStream) error {
	switch f.name {
	case chatty:
		fmt.Println("somebody speaks with me")
	case brittle:
		fmt.Fprintln(os.Stderr, "index out of range")
		leave(2)
	case deaf:
		// Once, which is enough, and makes the test short.
		if strings.HasPrefix(text, "Repeat after me, a word") {
			f.once.Do(func() { time.Sleep(8 * time.Second) })
		}
	case frozen:
		time.Sleep(time.Hour)
	case huge:
		if strings.HasPrefix(text, "Hello!") {
			return stream.SendMsg(wrapperspb.String(strings.Repeat("ha", 33<<20)))
		}
	case halving:
		// A message of bytes looks like a delta on the wire, and may be no text.
		return stream.SendMsg(wrapperspb.Bytes([]byte("🦜")[:2]))
	}
	return nil
}

// remember gives the text: in the gossip's case with the one before it, and in
// the mixing one's that of who speaks at the same time.
func (f *fake) remember(text string) string {
	f.mutex.Lock()
	before := f.heard
	f.heard = text
	f.mutex.Unlock()
	switch f.name {
	case gossip:
		return before + text
	case mixing:
		time.Sleep(100 * time.Millisecond)
		f.mutex.Lock()
		defer f.mutex.Unlock()
		return f.heard
	}
	return text
}

// Recall shows the window, without the white space around its texts.
func (f *fake) Recall(_ context.Context, r *pluginv1.RecallRequest) (*pluginv1.RecallResponse, error) {
	if r.GetPhase() == pluginv1.RecallPhase_RECALL_PHASE_AFTER_COMMIT {
		return &pluginv1.RecallResponse{Next: &pluginv1.RecallResponse_Done{Done: &pluginv1.Done{}}}, nil
	}
	for _, m := range r.GetWindow() {
		for _, part := range m.GetParts() {
			if text, ok := part.GetContent().(*pluginv1.Part_Text); ok {
				text.Text = strings.TrimSpace(text.Text)
			}
		}
	}
	return &pluginv1.RecallResponse{Next: &pluginv1.RecallResponse_Prompt{Prompt: &pluginv1.Prompt{Messages: r.GetWindow()}}}, nil
}
