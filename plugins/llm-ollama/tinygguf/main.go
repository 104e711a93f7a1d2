// Command tinygguf writes a tiny language model that Ollama and llama.cpp load
// like any other, for tests against a real server.
//
//	tinygguf -o babbler.gguf                      says random words
//	tinygguf -o reciter.gguf -script answer.txt   recites answer.txt, whatever it is asked
//	tinygguf -o chatterbox.gguf -script answer.txt -endless -layers 40
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/gguf"
	"github.com/bothost/bothost/plugins/llm-ollama/tinygguf/tinymodel"
)

func main() {
	out := flag.String("o", "", "file to write")
	script := flag.String("script", "", "file with the text to recite; without it the model babbles")
	endless := flag.Bool("endless", false, "begin the script again when it is over")
	layers := flag.Int("layers", 1, "layers of an endless model; more make it slower")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 || *endless && *script == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out, *script, *endless, *layers); err != nil {
		fmt.Fprintln(os.Stderr, "tinygguf:", err)
		os.Exit(1)
	}
}

func run(out, script string, endless bool, layers int) error {
	model, err := choose(script, endless, layers)
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return fmt.Errorf("create the model's file: %w", err)
	}
	_, err = model.WriteTo(file)
	return errors.Join(err, file.Close())
}

func choose(script string, endless bool, layers int) (gguf.File, error) {
	if script == "" {
		return tinymodel.Babbler(), nil
	}
	text, err := os.ReadFile(script)
	if err != nil {
		return gguf.File{}, fmt.Errorf("read the script: %w", err)
	}
	if endless {
		return tinymodel.EndlessReciter(string(text), layers)
	}
	return tinymodel.Reciter(string(text))
}
