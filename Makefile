# Everyday commands. `make` alone lists them.
#
# Every cargo call selects the whole workspace with the same profile, so that the AWS SDK is compiled once for all of them (and
# once more, without code generation, for clippy and rustdoc).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
WORKSPACE := --locked --workspace
NEXTEST := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo yes)
# Rust tests that need nothing but this repository, for machines without nextest: those beside the code, and these.
UNIT_TESTS = --test command --test protocol --test fuzz_regressions
# Finds or makes the virtual environment with the emulator's packages and a Terraform; prints what it found.
TOOLS = eval "$$(tests/tools/bootstrap --shell)"
# Runs a pinned linter, installed on its first use.
LINTER = tests/tools/linter
# Where `build` leaves the binaries.
BUILT = $${CARGO_TARGET_DIR:-target}/debug
# Where the tools' environments are kept; see tests/tools/cache.py.
CACHE = $${MLSPACE_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/mlspace}
# The bare WebAssembly target: no operating system, 32 bits.
WASM = wasm32-unknown-unknown
# For every Terraform: no configuration, plugins or update checks of this machine.
TERRAFORM_ENV = TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1
# A step that cannot run because something is not installed says so here; `make check` and `make test` end with the list.
export NOT_RUN = $(CURDIR)/target/not-run
not_run = { mkdir -p target && echo 'NOT RUN: $(1)' | tee -a "$$NOT_RUN" >&2; }

.PHONY: help test check start-list format format-terraform spelling licenses clippy rustdoc wasm test-unit test-doc \
  test-tooling test-emulator test-fake-aws test-demo test-sdk test-members test-modules modules-fake-aws modules-checkov modules-aws3 \
  test-conformance test-differential test-fuzz test-page test-e2e test-e2e-lag test-sweeps tools docs docs-check build release demo bench bench-calls clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What `make test` runs a sample of; the targets themselves run all.
test: export SECOND_TERRAFORM ?= 1/6
test: export PROOF_QUESTIONS ?= 1500
test: export DIFFERENTIAL_CASES ?= 8000
test: export FUZZ_SECONDS ?= 20
test: start-list tools check test-tooling test-modules test-conformance test-e2e ## Everything; a sixth of the end-to-end tests with the second Terraform (SECOND_TERRAFORM=1/1 for all), samples of test-differential and test-fuzz
	@cat "$$NOT_RUN" 2>/dev/null || true
	@echo "make test: all passed$$([ ! -s "$$NOT_RUN" ] || echo ', except what was not run (see above)')"

# The checks for drift in docs/, and of the dependencies between crates, are unit tests.
check: start-list format format-terraform spelling licenses clippy rustdoc wasm test-unit test-doc ## Formatting, linters, unit tests; no network once dependencies are there
	@cat "$$NOT_RUN" 2>/dev/null || true
	@echo "make check: all passed$$([ ! -s "$$NOT_RUN" ] || echo ', except what was not run (see above)')"

start-list:
	@rm -f "$$NOT_RUN"

tools:
	@tests/tools/bootstrap >/dev/null

format: ## Rust formatting
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path tests/conformance/fuzz/Cargo.toml --check

format-terraform: ## Formatting of the examples, and of what the tests apply, with the Terraform that is there
	@terraform=$$(command -v terraform || compgen -G "$(CACHE)/venv-*/bin/terraform" | tail -n 1 || true); \
	if [ -n "$$terraform" ]; then \
	  set -x; env $(TERRAFORM_ENV) "$$terraform" fmt -check -diff -recursive examples tests; \
	else \
	  $(call not_run,formatting of Terraform files: there is no Terraform yet; `make tools` installs one); \
	fi

spelling: ## Spelling of everything, with typos (_typos.toml)
	$(LINTER) typos --format brief

licenses: ## Licences and sources of all dependencies, and banned ones, with cargo-deny (deny.toml)
	for manifest in Cargo.toml tests/conformance/fuzz/Cargo.toml; do \
	  $(LINTER) cargo-deny --log-level error --locked --config deny.toml --manifest-path "$$manifest" \
	    check --hide-inclusion-graph bans licenses sources || exit; \
	done

clippy: ## Clippy, warnings refused
	$(CARGO) clippy $(WORKSPACE) --all-targets -- -D warnings

rustdoc: ## Rust documentation, warnings refused
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(WORKSPACE) --no-deps

wasm: ## The policy engine for WebAssembly, if rustup has installed the target
	@if [ -d "$$(rustc --print target-libdir --target $(WASM) 2>/dev/null)" ]; then \
	  set -x; $(CARGO) check --locked --package iam-policy --lib --target $(WASM); \
	else \
	  $(call not_run,1 check: the policy engine for $(WASM). `rustup target add $(WASM)` installs what it needs); \
	fi

test-unit: ## Rust tests that need nothing but this repository; drift of docs/ among them (ONLY=name for some)
ifeq ($(NEXTEST),yes)
	$(CARGO) nextest run $(WORKSPACE) --filterset 'not (binary(e2e) or binary(differential) or binary(page))' $(ONLY)
else
	$(CARGO) test $(WORKSPACE) --lib --bins $(UNIT_TESTS) $(ONLY)
endif

test-doc: ## The examples in the Rust documentation
	$(CARGO) test $(WORKSPACE) --doc

test-tooling: test-demo test-emulator test-fake-aws test-sdk test-members ## The tests' own tools: emulator, fake AWS provider, demonstration

test-demo: ## The demonstration's own tests
	python3 -m unittest discover --start-directory demo

test-emulator: build ## The emulator's own tests, and the linter with AWS's managed policies
	$(TOOLS) && cd tests && "$$PYTHON" -m unittest discover --start-directory emulator/tests --top-level-directory .

test-sdk: ## What members' machines get: botocore's plugin, and the scripts of lifecycle configurations
	$(TOOLS) && cd tests && "$$PYTHON" -m unittest discover --start-directory sdk --top-level-directory .

test-members: build ## What members can do and cannot, on an emulator that enforces their policies; needs Node 20
	$(TOOLS) && cd tests && "$$PYTHON" -m unittest discover --start-directory members --top-level-directory .

test-fake-aws: build ## The fake AWS provider's own tests
	python3 -m unittest discover --start-directory tests/offline/fake_aws_provider/tests --top-level-directory tests/offline/fake_aws_provider

ifeq ($(ONLY),)
test-modules: modules-fake-aws modules-checkov modules-aws3 ## The Terraform modules (ONLY="vpc kms" for some, without checkov and the real AWS provider)
else
test-modules: modules-fake-aws
endif

modules-fake-aws: build ## The modules with a fake AWS provider: validate, test, apply the examples
	tests/tools/test_modules $(or $(ONLY),--all)

modules-checkov: ## The modules and examples against checkov's rules
	tests/tools/checkov

modules-aws3: build ## The modules with an old release of the real AWS provider, on the emulator (TERRAFORM_VERSION=1.11)
	tests/offline/aws_v3/apply_modules --terraform-version $(or $(TERRAFORM_VERSION),1.15)

test-conformance: test-differential test-fuzz test-page ## The policy engine beside another and under fuzzing, the access page in a browser

test-differential: ## Our policy evaluator against iam-simulate, our proofs against a solver; needs Node 20 and Python (DIFFERENTIAL_CASES=20000, DIFFERENTIAL_SEED=1, PROOF_QUESTIONS=5000)
	$(CARGO) test $(WORKSPACE) --test differential -- --nocapture

test-fuzz: ## New input for the policy engine, a minute a target (FUZZ_SECONDS=60, FUZZ_SEED=1, FUZZ_TARGET=parse)
	CARGO="$(CARGO)" tests/conformance/fuzz/run

test-page: ## The page of the access matrix in Chromium; needs Node 20 and a Chromium
	$(CARGO) test $(WORKSPACE) --test page -- --nocapture

test-e2e: build ## A real Terraform against the emulator (ONLY=name for some)
	CARGO="$(CARGO)" tests/e2e/run $(ONLY)

test-e2e-lag: build ## As test-e2e, with reads that are older than the last writes (LAG=looks)
	EMULATOR_LAG="$(or $(LAG),2)" CARGO="$(CARGO)" tests/e2e/run $(ONLY)

test-sweeps: build ## Every writing call of a create and a destroy fails or is the last before a kill (SWEEP=0 for a third; test-e2e takes a third)
	SWEEP="$(or $(SWEEP),all)" CARGO="$(CARGO)" tests/e2e/run crash:: recovers_from_kill

docs: build ## Write the reference pages of docs/ from the schemas and examples
	$(BUILT)/xtask docs

docs-check: build ## Fail when a reference page is not what `make docs` would write
	$(BUILT)/xtask docs --check

build: ## The provider and the command, for development: target/debug/{terraform-provider-mlspace,mlspace-policy}
	$(CARGO) build $(WORKSPACE)

release: ## The provider, for use: target/release/terraform-provider-mlspace
	$(CARGO) build --locked --workspace --release

demo: ## Apply examples/quickstart to the emulator and show what came of it (KEEP=1, RELEASE=1)
	@CARGO="$(CARGO)" python3 demo

bench: bench-calls ## How fast the provider starts, and how fast policies are decided, proved, linted, packed (Node 20 for the comparison)
	$(CARGO) bench --locked --workspace --profile release --bench startup
	$(CARGO) bench --locked --package conformance --bench policies
	$(CARGO) bench --locked --package conformance --bench proofs

bench-calls: build ## Memberships beside the same written by hand with hashicorp/aws: calls, time, CPU, memory (SIZES=100,300,1000,3000)
	tests/offline/aws_v3/compare --sizes $(or $(SIZES),100,300,1000,3000)

clean: ## Remove what was built here (compiled dependencies are kept beside cargo's registry)
	rm -rf target .demo
