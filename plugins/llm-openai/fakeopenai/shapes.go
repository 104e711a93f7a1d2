package fakeopenai

import (
	"fmt"
	"maps"
	"strings"
)

// document is a reply, or a part of one, as OpenAI writes it.
func (o *reply) document(kind string, choices []any, more object) object {
	document := object{
		"id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG", "object": kind, "created": created,
		"model": o.request.model(), "service_tier": "default", "system_fingerprint": "fp_44709d6fcb",
		"choices": choices,
	}
	maps.Copy(document, more)
	return document
}

func (o *reply) chunk(delta object, reason any) object {
	choice := object{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": reason}
	more := object{}
	if o.wantsUsage() {
		more["usage"] = nil
	}
	return o.document("chat.completion.chunk", []any{choice}, more)
}

func (o *reply) whole() object {
	message := object{
		"role": "assistant", "content": strings.Join(o.answer.Pieces, ""), "refusal": nil, "annotations": []any{},
	}
	choice := object{"index": 0, "message": message, "logprobs": nil, "finish_reason": o.finishReason()}
	return o.document("chat.completion", []any{choice}, object{"usage": o.usage()})
}

func (o *reply) finishReason() string {
	if o.answer.FinishReason == "" {
		return "stop"
	}
	return o.answer.FinishReason
}

func (o *reply) wantsUsage() bool {
	options, _ := o.request.Body["stream_options"].(object)
	return options["include_usage"] == true && !o.answer.WithoutUsage
}

// usage counts a word as a token.
func (o *reply) usage() object {
	prompt := len(strings.Fields(strings.Join(o.request.texts(), " ")))
	return object{
		"prompt_tokens": prompt, "completion_tokens": len(o.answer.Pieces), "total_tokens": prompt + len(o.answer.Pieces),
		"prompt_tokens_details": object{"cached_tokens": 0, "audio_tokens": 0},
	}
}

// refusal is an answer in the shape of OpenAI's errors; code and param may be nil.
func refusal(status int, kind string, param, code any, message string) Answer {
	quoted := func(value any) string {
		if value == nil {
			return "null"
		}
		return fmt.Sprintf("%q", value)
	}
	return Answer{Status: status, Problem: fmt.Sprintf(
		"{\n    \"error\": {\n        \"message\": %q,\n        \"type\": %q,\n        \"param\": %s,\n        \"code\": %s\n    }\n}\n",
		message, kind, quoted(param), quoted(code))}
}

// Invalid refuses a request that is wrong.
func Invalid(message string) Answer {
	return refusal(400, "invalid_request_error", nil, nil, message)
}

// Unsupported refuses a parameter that the model does not take.
func Unsupported(param, message string) Answer {
	return refusal(400, "invalid_request_error", param, "unsupported_parameter", message)
}

// TooLong refuses a conversation that the model cannot take.
func TooLong() Answer {
	return refusal(400, "invalid_request_error", "messages", "context_length_exceeded",
		"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.")
}

// WrongKey refuses a key, and quotes a part of it.
func WrongKey() Answer {
	return refusal(401, "invalid_request_error", nil, "invalid_api_key",
		"Incorrect API key provided: sk-wrong***********quot. You can find your API key at https://platform.openai.com/account/api-keys.")
}

// UnknownModel refuses a model that is not there.
func UnknownModel(model string) Answer {
	return refusal(404, "invalid_request_error", nil, "model_not_found",
		fmt.Sprintf("The model `%s` does not exist or you do not have access to it.", model))
}

// Limited refuses for too many requests, and says how long to wait in a header.
func Limited(header map[string]string) Answer {
	answer := refusal(429, "tokens", nil, "rate_limit_exceeded",
		"Rate limit reached for gpt-4 in organization org-123 on tokens per min (TPM): Limit 10000, Used 9830, Requested 412. Please try again in 1.452s.")
	answer.Header = header
	return answer
}

// OutOfCredit refuses for an account that is empty.
func OutOfCredit() Answer {
	return refusal(429, "insufficient_quota", nil, "insufficient_quota",
		"You exceeded your current quota, please check your plan and billing details.")
}
