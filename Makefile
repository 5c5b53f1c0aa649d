# Everything here runs from a clean clone with Go, Python 3.11+, make and git. The logic lives in Go: internal/build, internal/tools/chores, internal/dist, bench.
# One set of flags for every build and test, so that the build cache serves them all.
export CGO_ENABLED = 0
chores = go run -C internal/tools ./chores

.DEFAULT_GOAL := help
.PHONY: help demo build test bench lint fmt gen dist setup clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build sagefly and train XGBoost on the Abalone data with it
	@bin/sagefly demo

build: ## compile bin/sagefly and bin/sagefly-host (a first build takes some minutes)
	@echo "building bin/sagefly; the first build compiles SQLite and the AWS clients and takes some minutes"
	@go run ./internal/build

test: ## set up, lint, compare generated files, test every module, fuzz briefly, detect races
	@$(chores) test

bench: ## measure against moto_server and plain Python, results in bench/RESULTS.md (BENCH=short: a quick subset; BENCH=tuning: the search beside others, hours, goes on where it stopped)
	@$(chores) setup
	@$(chores) bench $(BENCH)

lint: ## gofumpt, go vet, staticcheck
	@$(chores) lint

fmt: ## format the Go files
	@$(chores) fmt

gen: ## run every generator
	@go generate ./...

dist: ## archives and Python wheels for every platform into dist/
	@go run ./internal/dist

setup: ## lay the Python environments that tests use, in .cache
	@$(chores) setup

clean: ## remove what was built: bin, dist and .cache
	rm -rf bin dist .cache
