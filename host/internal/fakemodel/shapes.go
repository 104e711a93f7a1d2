package fakemodel

import (
	"bytes"
	"strings"
)

type object = map[string]any

// ollamaShape is a line of JSON a piece, and a last one with the counts.
func ollamaShape(pieces int) shape {
	line := func(text string, more object) []byte {
		out := object{
			"model": Model, "created_at": "2026-01-02T03:04:05.678901Z", "done": false,
			"message": object{"role": "assistant", "content": text},
		}
		for key, value := range more {
			out[key] = value
		}
		return append(encode(out), '\n')
	}
	counts := object{
		"done": true, "done_reason": "stop", "prompt_eval_count": 20, "eval_count": pieces,
		"total_duration": 3000000, "load_duration": 1000000, "prompt_eval_duration": 1000000, "eval_duration": 1000000,
	}
	return shape{
		streamType: "application/x-ndjson", isStreamed: true,
		piece: line(word, nil), end: line("", counts), full: line(strings.Repeat(word, pieces), counts),
	}
}

// openaiShape is an event a piece, one with the reason why it ended, and the
// word that ends the stream.
func openaiShape(pieces int) shape {
	reply := func(kind string, choice object, more object) []byte {
		choice["index"] = 0
		out := object{"id": "chatcmpl-1", "object": kind, "created": 1767323045, "model": Model, "choices": []any{choice}}
		for key, value := range more {
			out[key] = value
		}
		return encode(out)
	}
	event := func(data []byte) []byte {
		return bytes.Join([][]byte{[]byte("data: "), data, []byte("\n\n")}, nil)
	}
	const chunk = "chat.completion.chunk"
	piece := reply(chunk, object{"delta": object{"role": "assistant", "content": word}, "finish_reason": nil}, nil)
	last := reply(chunk, object{"delta": object{}, "finish_reason": "stop"}, nil)
	full := reply("chat.completion", object{
		"message": object{"role": "assistant", "content": strings.Repeat(word, pieces)}, "finish_reason": "stop",
	}, object{"usage": object{"prompt_tokens": 20, "completion_tokens": pieces, "total_tokens": 20 + pieces}})
	return shape{
		streamType: "text/event-stream", full: full,
		piece: event(piece), end: append(event(last), event([]byte("[DONE]"))...),
	}
}
