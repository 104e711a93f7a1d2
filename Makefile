# Everything a developer types; `make help` lists it.

GO ?= go
BIN := bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
TOOL := $(GO) tool -modfile=.ci/tools/go.mod
BUILD := CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
PLUGINS := $(notdir $(wildcard plugins/*))

# Most tests wait for processes: more run at once than there are processors.
PARALLEL := -parallel 4

# The race detector needs a C compiler; without one the tests run all the same,
# and say so.
HAS_CC := $(shell command -v $$($(GO) env CC) >/dev/null 2>&1 && echo yes)
RACE := $(if $(HAS_CC),-race,)

.DEFAULT_GOAL := help
.PHONY: help build demo test test-ollama bench chaos endure check fmt lint imports generate contract generated docs clean

help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

build: ## Build bin/bothost and bin/plugins/*
	@mkdir -p $(BIN)/plugins
	$(BUILD) -o $(BIN)/bothost ./host/cmd/bothost
	$(BUILD) -o $(BIN)/plugins/ $(PLUGINS:%=./plugins/%)

demo: build ## Two tenants, then three customers at once, on SQLite and Ollama (or an echo)
	@$(GO) run ./examples/multi-tenant -plugin-dir $(BIN)/plugins

test: ## Run the tests, with the race detector and a real PostgreSQL where there is one
	@test -n "$(RACE)" || echo "NOTE: no C compiler was found, so the tests run WITHOUT the race detector"
	@.ci/postgres || true
	@.ci/node || true
	$(GO) test $(RACE) $(PARALLEL) -timeout 20m ./...

test-ollama: ## Run the plugins for models against a real Ollama with a tiny model (builds it once, some minutes)
	@path=$$(.ci/ollama) && BOTHOST_TEST_OLLAMA=$$path $(GO) test $(RACE) -count=1 -p 1 -timeout 5m ./plugins/llm-ollama/ollamatest/... ./plugins/llm-openai/ollamatest/... ./examples/multi-tenant

bench: build ## Measure the host against a bare hop and the model itself, and against its targets (some minutes; Linux)
	@$(GO) run ./host/bench --bin $(BIN)

chaos: build ## Kill, stop and cut everything under load for two minutes, and prove the history (Linux, PostgreSQL)
	@$(GO) run ./host/chaos --bin $(BIN) --at-least 5000

endure: ## Replace and kill each plugin twenty times under load, kill the host, look for leaks (some minutes; Linux)
	@cd host/e2e && BOTHOST_ENDURE=20 $(GO) test $(RACE) -count=1 -timeout 1h -parallel 1 -run '^TestEndure'

check: fmt lint imports generated docs ## Format, vet, lint, import directions, generated code, documented commands

fmt: ## Check the format (gofumpt)
	@wrong=$$($(TOOL) gofumpt -l $$(git ls-files '*.go' | grep -v '\.pb\.go$$')); \
	  test -z "$$wrong" || { echo "not formatted; run: $(TOOL) gofumpt -w FILE"; echo "$$wrong"; exit 1; }

lint: ## Vet, lint, and compare the plugin contract with the one that is in use
	$(GO) vet ./...
	$(TOOL) golangci-lint run --config .ci/golangci.yml ./...
	$(TOOL) buf lint .ci/proto
	@.ci/contract

imports: ## Check who imports whom
	@.ci/imports

generate: ## Make the generated code anew
	$(TOOL) buf generate .ci/proto --template .ci/proto/buf.gen.yaml

contract: ## Freeze the plugin contract, after additions to it and a new ContractMinor
	@.ci/contract freeze

generated: ## Check that the generated code is what generate makes
	@.ci/generated

docs: build ## Run the commands of README and docs
	@.ci/docs

clean: ## Remove what was built
	rm -rf $(BIN)
