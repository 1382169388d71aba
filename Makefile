# Everything a newcomer needs is `make up` and `make test`; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash -o pipefail
.DELETE_ON_ERROR:

# The stack to work on: a Pulumi.<stack>.yaml of this folder.
STACK ?= testnet
# Further arguments for the Pulumi CLI: make preview ARGS=--diff
ARGS ?=
# The revision that a review compares with; none shows everything as new.
BASE ?=

# Two compilers at a time: the AWS SDK's largest package alone takes 3 GB.
GO_BUILD := go build -p 2 -buildvcs=false
TOOL := go tool -modfile=tools/go.mod
# The same in the module of the end-to-end cluster.
E2E_TOOL := go -C e2e tool -modfile=../tools/go.mod
# The packages to test.
PACKAGES ?= ./...

.PHONY: help
help: ## show this list
	@echo "SatKube. STACK=testnet|mainnet|regtest|bootstrap chooses the stack, testnet when left out."
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.PHONY: build
build: ## build the program, the policy pack, the sandbox, the reviewer and, where none is installed, the Pulumi CLI into bin/
	@tools/build-pulumi
	@tools/say-first bin/satkube "building the program: about 3 minutes the first time, for the AWS SDK"
	@$(GO_BUILD) -o bin/satkube .
	@$(GO_BUILD) -o bin/sandbox ./sandbox
	@$(GO_BUILD) -o bin/pulumi-analyzer-satkube ./policy
	@$(GO_BUILD) -o bin/review ./review/command
	@cp policy/PulumiPolicy.yaml bin/PulumiPolicy.yaml

.PHONY: up
up: build ## bring the stack up in the sandbox: no credential, nothing real is created
	bin/sandbox up -s $(STACK) $(ARGS)
	@# On a terminal the engine has shown the tree already.
	@[ -t 1 ] || bin/sandbox stack -s $(STACK)

.PHONY: preview
preview: build ## show what would change in the stack, in the sandbox
	bin/sandbox preview -s $(STACK) $(ARGS)

.PHONY: review
review: build ## write what a reviewer reads of a preview to reports/STACK; BASE=origin/main shows what changes since
	@tools/review $(STACK) $(BASE)

.PHONY: refresh
refresh: build ## compare the stack's state with what exists, in the sandbox
	bin/sandbox refresh -s $(STACK) $(ARGS)

.PHONY: destroy
destroy: build ## take the stack away again, in the sandbox
	bin/sandbox destroy -s $(STACK) $(ARGS)

.PHONY: build-prometheus
build-prometheus: ## build Prometheus, Alertmanager and their checkers into bin/, for the tests
	@tools/build-prometheus

.PHONY: build-hugo
build-hugo: ## build Hugo into bin/, for the site
	@tools/build-hugo

.PHONY: pages
pages: build-hugo ## build the site blog.satkube.com into public/
	@# Hugo can hang when several pages fail at once.
	@timeout 2m bin/hugo --source pages --destination ../public --cleanDestinationDir --noBuildLock --printPathWarnings --panicOnWarning

.PHONY: get-debian-programs
get-debian-programs: ## get nginx and Chromium, for the tests
	@tools/get-debian-programs

.PHONY: test
test: build build-prometheus build-hugo get-debian-programs ## run all tests, those with the real engine, Prometheus, Alertmanager, nginx and Chromium too
	@echo "running all tests: about 12 minutes"
	@mkdir -p artifacts
	@TEST_ARTIFACTS=$(CURDIR)/artifacts $(TOOL) gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg --junitfile artifacts/tests.xml \
	  -- -count=1 -timeout 40m $(PACKAGES)
	@# The other module, unless some packages were asked for. Its proofs on a cluster are skipped: make e2e brings one up.
	@[ "$(PACKAGES)" != ./... ] || $(E2E_TOOL) gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg --junitfile ../artifacts/e2e-tests.xml \
	  -- -count=1 -timeout 20m ./...

.PHONY: build-e2e
build-e2e: build
	@go -C e2e build -p 2 -buildvcs=false -o ../bin/e2e .

.PHONY: e2e
e2e: build-e2e ## prove the platform on a real Kubernetes on this machine, as root: about 7 minutes, 30 the first time
	bin/e2e test

.PHONY: e2e-up
e2e-up: build-e2e ## bring a real Kubernetes up on this machine and leave it there, as root
	bin/e2e up

.PHONY: e2e-down
e2e-down: build-e2e ## take it away again with everything in it
	bin/e2e down

.PHONY: check
check: ## check format, lint, and that generated files are fresh
	@tools/say-first bin/.checked "building the linters: about 2 minutes the first time"
	@unformatted=$$($(TOOL) gofumpt -l $$(git ls-files '*.go')); \
	  [ -z "$$unformatted" ] || { echo "not formatted, run make format:"; echo "$$unformatted"; exit 1; }
	@go vet -buildvcs=false $(PACKAGES)
	@$(TOOL) staticcheck $(PACKAGES)
	@[ "$(PACKAGES)" != ./... ] || { go -C e2e vet -buildvcs=false ./... && $(E2E_TOOL) staticcheck ./...; }
	@go run -buildvcs=false ./stacks/config/reference -check
	@go run -buildvcs=false ./policy/reference -check
	@go run -buildvcs=false ./components/monitoring/reference -check
	@go run -buildvcs=false ./cost/reference -check
	@mkdir -p bin && touch bin/.checked
	@echo "check: all well"

.PHONY: format
format: ## format the Go sources
	@$(TOOL) gofumpt -w $$(git ls-files '*.go')

.PHONY: generate
generate: ## write the generated files anew: docs/configuration.md, docs/policies.md, docs/cks-coverage.md, docs/monitoring.md, docs/cost.md
	go run -buildvcs=false ./stacks/config/reference
	go run -buildvcs=false ./policy/reference
	go run -buildvcs=false ./components/monitoring/reference
	go run -buildvcs=false ./cost/reference

.PHONY: bench
bench: build build-e2e ## measure previews against a bare program, and policy packs, the memory of a cold build, and up on a real Kubernetes (about 25 minutes)
	go run -buildvcs=false ./bench
	@# As root; without, it says that it is left out.
	bin/e2e bench

.PHONY: clean
clean: ## remove what was built and the sandbox's state
	rm -rf bin .sandbox reports artifacts public
