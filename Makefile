# Millrace. `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

MODULES := shared migrations e2e $(wildcard services/*)
TOOLS := $(CURDIR)/bin/tools
# Exact versions of tools; modules are pinned in go.mod and go.sum.
GOLANGCI_LINT_VERSION := v2.15.0
ARGS ?=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: build ## set up everything, start the services, feed samples, show the results, run until Ctrl-C; ARGS=--once exits when all are stored
	@./bin/millrace up --samples 24 $(ARGS)

.PHONY: test
test: setup build ## set up everything and run all tests (real RabbitMQ and PostgreSQL)
	@./bin/withservers go test -race -shuffle=on -timeout 30m $(TESTFLAGS) work

.PHONY: build
build: toolchain ## build all programs into bin/
	@go build -o bin/ work

.PHONY: toolchain
toolchain:
	@command -v go >/dev/null || { echo "Go is missing: install Go $$(sed -n 's/^go //p' go.work) or newer from https://go.dev/dl, or run Millrace with Docker: docker-compose up"; exit 1; }

.PHONY: setup
setup: toolchain ## install what the tests need (RabbitMQ, PostgreSQL, poppler-utils) where the system allows
	@deployments/setup.sh

.PHONY: prove
prove: setup build ## prove on private servers that no fault loses or doubles a document; ARGS='--minutes 3' for a short run
	@./bin/millrace prove $(ARGS)

.PHONY: bench
bench: setup build ## throughput, as ratios against other things in the same run
	@./bin/withservers go test -run '^$$' -bench . -benchtime 3s -timeout 40m $(BENCHFLAGS) ./shared/broker ./shared/pdf ./shared/classify ./shared/extract ./services/sink
	@./bin/withservers go test -run '^$$' -bench Pipeline -benchtime 1x -timeout 40m ./e2e/...

.PHONY: eval-parser
eval-parser: toolchain ## how well PDFs are read, beside pdftotext and mutool, on the development documents; ARGS="--worst 100"
	@go run ./shared/pdf/cmd/eval $(ARGS)

.PHONY: generate
generate: toolchain ## write the generated files again: JSON Schemas, AsyncAPI document
	@go run ./shared/event/internal/gen shared/event

.PHONY: model
model: toolchain ## train the shipped classifier again, from documents that the repository makes
	@go generate ./shared/classify

.PHONY: eval-extract
eval-extract: toolchain ## figures of classification and extraction on ../shared/data; ARGS="--only fcc" measures one set, skips where the data is absent
	@go run ./shared/classify/cmd/eval --data ../shared/data --errors
	@go run ./shared/extract/cmd/eval --data ../shared/data $(ARGS)

.PHONY: lint
lint: toolchain $(TOOLS)/golangci-lint ## formatting, vet, lint, tidy modules, spelling of names
	@test -z "$$(gofmt -l $(MODULES))" || { echo "gofmt these:"; gofmt -l $(MODULES); exit 1; }
	@$(TOOLS)/golangci-lint run $(addsuffix /...,$(MODULES))

$(TOOLS)/golangci-lint:
	@GOBIN=$(TOOLS) GOWORK=off go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

.PHONY: tidy
tidy: toolchain ## bring go.mod, go.sum and go.work into line
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy) || exit 1; done
	@go work sync

.PHONY: drift
drift: toolchain ## fail when modules are not tidy, generated files have drifted, or another platform does not build
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy -diff && GOWORK=off go build -o /dev/null ./... && GOOS=darwin GOARCH=arm64 GOWORK=off go build -o /dev/null ./... && GOOS=darwin GOARCH=arm64 go vet ./...) || { echo "in $$m: run make tidy"; exit 1; }; done
	@go run ./shared/event/internal/gen shared/event && git diff --exit-code -- shared/event || { echo "generated files drifted: commit what make generate wrote"; exit 1; }

.PHONY: clean
clean: ## remove what was built
	@rm -rf bin
