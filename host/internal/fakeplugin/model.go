package fakeplugin

import (
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pluginv1 "github.com/bothost/bothost/sdk/plugin/v1"
)

// FirstWord is what a model says at once.
const FirstWord = "Well"

// model speaks as the options of the call tell it.
type model struct {
	pluginv1.UnimplementedLLMServiceServer
}

func (model) Chat(r *pluginv1.ChatRequest, stream grpc.ServerStreamingServer[pluginv1.ChatResponse]) error {
	options, err := obey(r.GetOptions())
	if err != nil {
		return err
	}
	words := []string{FirstWord, strings.Repeat("x", options.Bytes)}
	if options.Silent {
		words = words[1:]
	}
	for _, word := range words {
		if word == "" {
			continue
		}
		if err := stream.Send(&pluginv1.ChatResponse{Event: &pluginv1.ChatResponse_Delta{Delta: word}}); err != nil {
			return err
		}
	}
	if options.BreaksOff {
		return unreachable("connection reset")
	}
	if options.Endless {
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	return stream.Send(&pluginv1.ChatResponse{Event: &pluginv1.ChatResponse_Done{Done: &pluginv1.ChatDone{FinishReason: "stop"}}})
}

// unreachable is the failure of a server that a plugin depends on.
func unreachable(text string) error {
	detailed, err := status.New(codes.Unavailable, text).
		WithDetails(&pluginv1.ErrorDetail{Source: pluginv1.ErrorDetail_SOURCE_UPSTREAM})
	if err != nil {
		return err
	}
	return detailed.Err()
}
