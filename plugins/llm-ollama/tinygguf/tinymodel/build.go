package tinymodel

import (
	"fmt"
	"math"

	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/gguf"
)

const (
	contextLength = 2048
	headSize      = 32
	feedForward   = 32
	keyValueHeads = 1
	// normEpsilon is what the norms add to avoid a division by zero.
	normEpsilon = 1e-5
	ropeBase    = 10000
)

// build makes the file of a model.
func build(name string, words vocabulary, next succession, layers int) gguf.File {
	dimension := dimensionOf(words)
	return gguf.File{
		Metadata: metadata(name, words, dimension, layers),
		Tensors:  tensors(words, next, dimension, layers),
	}
}

// dimensionOf gives a place to each piece that is said and one to all other
// tokens, in whole heads.
func dimensionOf(words vocabulary) int {
	return (1 + len(words.said) + headSize - 1) / headSize * headSize
}

func metadata(name string, words vocabulary, dimension, layers int) []gguf.Pair {
	return []gguf.Pair{
		{Key: "general.architecture", Value: "llama"},
		{Key: "general.name", Value: name},
		{Key: "general.file_type", Value: uint32(0)},
		{Key: "llama.vocab_size", Value: uint32(words.size())},
		{Key: "llama.context_length", Value: uint32(contextLength)},
		{Key: "llama.embedding_length", Value: uint32(dimension)},
		{Key: "llama.block_count", Value: uint32(layers)},
		{Key: "llama.feed_forward_length", Value: uint32(feedForward)},
		{Key: "llama.attention.head_count", Value: uint32(dimension / headSize)},
		{Key: "llama.attention.head_count_kv", Value: uint32(keyValueHeads)},
		{Key: "llama.attention.layer_norm_rms_epsilon", Value: float32(normEpsilon)},
		{Key: "llama.rope.dimension_count", Value: uint32(headSize)},
		{Key: "llama.rope.freq_base", Value: float32(ropeBase)},
		{Key: "tokenizer.ggml.model", Value: "llama"},
		{Key: "tokenizer.ggml.tokens", Value: words.texts},
		{Key: "tokenizer.ggml.scores", Value: words.scores()},
		{Key: "tokenizer.ggml.token_type", Value: words.kinds},
		{Key: "tokenizer.ggml.unknown_token_id", Value: uint32(unknownToken)},
		{Key: "tokenizer.ggml.bos_token_id", Value: uint32(beginToken)},
		{Key: "tokenizer.ggml.eos_token_id", Value: uint32(endToken)},
		{Key: "tokenizer.ggml.add_bos_token", Value: true},
		{Key: "tokenizer.ggml.add_space_prefix", Value: false},
	}
}

// tensors gives the weights. Those of the layers' attention and feed-forward
// networks are zero, so that only embedding and output matter.
func tensors(words vocabulary, next succession, dimension, layers int) []gguf.Tensor {
	weights := []gguf.Tensor{matrix("token_embd.weight", dimension, words.size(), embedding(words, dimension))}
	for i := range layers {
		weights = append(weights, layer(fmt.Sprintf("blk.%d.", i), dimension)...)
	}
	return append(weights,
		ones("output_norm.weight", dimension),
		matrix("output.weight", dimension, words.size(), output(words, next, dimension)),
	)
}

func layer(prefix string, dimension int) []gguf.Tensor {
	keys := keyValueHeads * headSize
	return []gguf.Tensor{
		ones(prefix+"attn_norm.weight", dimension),
		zeros(prefix+"attn_q.weight", dimension, dimension),
		zeros(prefix+"attn_k.weight", dimension, keys),
		zeros(prefix+"attn_v.weight", dimension, keys),
		zeros(prefix+"attn_output.weight", dimension, dimension),
		ones(prefix+"ffn_norm.weight", dimension),
		zeros(prefix+"ffn_gate.weight", dimension, feedForward),
		zeros(prefix+"ffn_up.weight", dimension, feedForward),
		zeros(prefix+"ffn_down.weight", feedForward, dimension),
	}
}

// place is where the embedding of a token is not zero.
func (v *vocabulary) place(token int) int {
	if token == unsaid || token < v.said[0] {
		return 0
	}
	return 1 + token - v.said[0]
}

func embedding(words vocabulary, dimension int) []float32 {
	weights := make([]float32, dimension*words.size())
	for token := range words.size() {
		weights[token*dimension+words.place(token)] = 1
	}
	return weights
}

// output turns places into logits. The norm before it makes the single 1 of an
// embedding the square root of the dimension.
func output(words vocabulary, next succession, dimension int) []float32 {
	weights := make([]float32, dimension*words.size())
	scale := float32(math.Sqrt(float64(dimension)))
	for before, successors := range next {
		for after, logit := range successors {
			weights[after*dimension+words.place(before)] = logit / scale
		}
	}
	return weights
}

func matrix(name string, in, out int, weights []float32) gguf.Tensor {
	return gguf.Tensor{Name: name, Dimensions: []uint64{uint64(in), uint64(out)}, Data: weights}
}

func zeros(name string, in, out int) gguf.Tensor {
	return matrix(name, in, out, make([]float32, in*out))
}

func ones(name string, size int) gguf.Tensor {
	weights := make([]float32, size)
	for i := range weights {
		weights[i] = 1
	}
	return gguf.Tensor{Name: name, Dimensions: []uint64{uint64(size)}, Data: weights}
}
