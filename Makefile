# The commands of a working day; `make help` lists them. `.ci/run` runs them all.

GO       ?= go
PROGRAMS := koshin koshin-release sample-client
SYSTEMS  := linux windows darwin

.PHONY: help build test race fmt vet tidy lint arrows test-windows installer bench scale guide real crash crash-windows netfaults resources screenshots snapshot reproducible release-trial
.DEFAULT_GOAL := help

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the programs, into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ $(PROGRAMS:%=./cmd/%)

test: ## every test
	CGO_ENABLED=0 $(GO) test ./...

race: ## every test, under the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...

fmt: ## fails when gofmt would change a file
	@files=$$(gofmt -l .) && test -z "$$files" || { echo "run gofmt -w on:" $$files; exit 1; }

vet: ## go vet, as each system sees the code
	set -e; for os in $(SYSTEMS); do echo "vet $$os"; GOOS=$$os CGO_ENABLED=0 $(GO) vet ./...; done

tidy: ## fails when go mod tidy would change go.mod or go.sum
	$(GO) mod tidy -diff

# A file that only Windows builds can break an arrow too, so each system is linted.
lint: ## golangci-lint, as each system sees the code
	set -e; for os in $(SYSTEMS); do echo "lint $$os"; GOOS=$$os CGO_ENABLED=0 golangci-lint run; done

arrows: ## proves that the import rules of .golangci.yml still bite
	.ci/arrows

test-windows: ## every test and the demo on Windows, in Wine
	.ci/test-windows

installer: ## koshin's own installer for Windows: installed, repaired, upgraded, removed, in Wine
	.ci/setup/test

bench: ## Go benchmarks, then the measurements of docs/BENCHMARKS.md
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench . ./...
	.ci/bench/run

scale: ## what a publisher's host has to bear, as in docs/SCALE.md
	.ci/bench/run -scale

guide: ## follows docs/publisher.md, word for word, on a machine of its own
	.ci/guide/run

real: ## two versions of real programs through the whole story
	.ci/real/run

crash: ## stops koshin in every way, some thousand times, and looks at the client
	.ci/crash/run

crash-windows: ## the same for koshin.exe, in Wine
	.ci/crash/windows

netfaults: ## puts koshin into networks at fault in every way, and writes docs/NETFAULTS.md
	.ci/netfaults/run docs/NETFAULTS.md

resources: ## the manifest, icons and description of the Windows programs
	$(GO) run -C .ci/resources .

screenshots: ## pictures of the saved diagnosis and of the window, to look at
	.ci/screenshots

# goreleaser knows no commit where there is no remote, as in a worktree of a local clone.
snapshot: export GIT_CONFIG_COUNT = 1
snapshot: export GIT_CONFIG_KEY_0 = remote.origin.url
snapshot: export GIT_CONFIG_VALUE_0 = https://github.com/koshin-updater/koshin
snapshot: ## every release file, into dist/, nothing published
	goreleaser check
	goreleaser release --snapshot --clean
	.ci/check-snapshot

reproducible: ## builds the same release again, elsewhere, and compares every file
	.ci/reproducible

release-trial: ## publishes the snapshot with koshin-release, and lets the version before become it
	.ci/release-trial/run
