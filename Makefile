# What a developer types. Whatever needs more than a line stands in .ci/.
.PHONY: build run test e2e bench lint fmt

tool = go tool -modfile=.ci/tools.mod
# The packages with tests behind the build tag e2e: browsers, real clients, conformance, attacks, kill -9.
e2e = $(shell grep -rl --include='*_test.go' --exclude-dir=node_modules '^//go:build e2e' . | xargs -r -n1 dirname | sort -u)

build:
	go build -o bin/frontdesk ./cmd/frontdesk

run: build
	./bin/frontdesk serve

test:
	.ci/needs
	$(MAKE) lint
	go test -race ./...
	$(MAKE) e2e

e2e:
	go test -tags e2e -count=1 -timeout 20m $(e2e)
	cat cmd/frontdesk/e2e/figures.txt
	go test -race -count=1 -timeout 20m -run '^TestRace$$' ./oauth -rounds 200

bench:
	go test -run '^$$' -bench . -benchmem ./...

lint:
	.ci/lint

fmt:
	$(tool) gofumpt -w .
