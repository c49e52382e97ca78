# Everyday commands. `make` alone lists them.
#
# Every cargo call selects the whole workspace with the same profile, so that the AWS SDK and the core are compiled once
# for all of them (once more, without code generation, for clippy and rustdoc).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
WORKSPACE := --locked --workspace
NEXTEST := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo yes)
# Integration tests that need neither a Terraform nor the emulator, for machines without nextest.
QUICK_TESTS = --test command --test protocol --test fuzz_regressions
# Finds or makes the virtual environment with the emulator's packages and a Terraform; prints what it found.
TOOLS = eval "$$(tests/tools/bootstrap --shell)"
# Where `build` leaves the binaries.
BUILT = $${CARGO_TARGET_DIR:-target}/debug
# The bare WebAssembly target: no operating system, 32 bits.
WASM = wasm32-unknown-unknown
# What any Terraform of ours must run with: no configuration, plugins or update checks of this machine.
TERRAFORM_ENV = TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1

.PHONY: help test lint format clippy rustdoc wasm terraform-fmt unit doctest differential fuzz browser scripts emulator modules checkov real e2e docs docs-check build release demo bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The check for drift in docs/ is one of the unit tests.
test: lint unit doctest differential fuzz browser scripts emulator modules checkov real e2e ## Everything, from formatting to end-to-end
	@echo "make test: all passed"

lint: format terraform-fmt clippy rustdoc wasm ## Formatting and static checks

format: ## Rust formatting
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path tests/conformance/fuzz/Cargo.toml --check

terraform-fmt: ## Formatting of the examples, and of what the tests apply
	$(TOOLS) && env $(TERRAFORM_ENV) "$$TERRAFORM" fmt -check -diff -recursive examples tests

clippy: ## Clippy, warnings refused
	$(CARGO) clippy $(WORKSPACE) --all-targets -- -D warnings

rustdoc: ## Rust documentation, warnings refused
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(WORKSPACE) --no-deps

wasm: ## The policy engine for WebAssembly
	@if [ -d "$$(rustc --print target-libdir --target $(WASM) 2>/dev/null)" ] || rustup target add $(WASM); then \
	  set -x; $(CARGO) check --locked --package iam-policy --lib --target $(WASM); \
	else \
	  echo "wasm: NOT CHECKED for $(WASM): its standard library is not installed, and \`rustup target add $(WASM)\` failed" >&2; \
	fi

unit: ## Rust unit tests, drift of docs/ among them
ifeq ($(NEXTEST),yes)
	$(CARGO) nextest run $(WORKSPACE) --filterset 'not (binary(e2e) or binary(differential) or binary(page))'
else
	$(CARGO) test $(WORKSPACE) --lib --bins $(QUICK_TESTS)
endif

doctest: ## The examples in the Rust documentation
	$(CARGO) test $(WORKSPACE) --doc

differential: ## Our policy evaluator against iam-simulate (DIFFERENTIAL_CASES=20000, DIFFERENTIAL_SEED=1)
	$(CARGO) test $(WORKSPACE) --test differential -- --nocapture

fuzz: ## New input for the policy half, a minute a target (FUZZ_SECONDS=60, FUZZ_SEED=1, FUZZ_TARGET=parse)
	CARGO="$(CARGO)" tests/conformance/fuzz/run

browser: ## The page of the access matrix in Chromium, which is installed where there is none
	$(CARGO) test $(WORKSPACE) --test page -- --nocapture

scripts: ## The demonstration's own tests
	python3 -m unittest discover --start-directory demo

emulator: ## The emulator's own tests
	$(TOOLS) && cd tests && "$$PYTHON" -m unittest discover --start-directory emulator/tests --top-level-directory .

modules: build ## The Terraform modules, with a fake of the AWS provider (ONLY="vpc kms" for some)
	python3 -m unittest discover --start-directory tests/offline/fake_aws_provider/tests --top-level-directory tests/offline/fake_aws_provider
	tests/tools/test_modules $(or $(ONLY),--all)

checkov: ## The Terraform modules and examples against checkov's rules
	tests/tools/checkov

real: build ## The Terraform modules, with an old release of the real AWS provider, on the emulator (CORE=1.11 for another Terraform)
	tests/offline/aws_v3/apply_modules --terraform-version $(or $(CORE),1.15)

e2e: build ## End-to-end: a real Terraform against the emulator (ONLY=name for some)
ifeq ($(NEXTEST),yes)
	$(CARGO) nextest run $(WORKSPACE) --no-fail-fast --test e2e $(ONLY)
else
	$(CARGO) test $(WORKSPACE) --test e2e -- --test-threads 2 $(ONLY)
endif

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

bench: ## How fast the provider starts, and how fast policies are decided, linted, packed (Node 20 for the comparison)
	$(CARGO) bench --locked --workspace --profile release --bench startup
	$(CARGO) bench --locked --package conformance --bench policies

clean: ## Remove what was built here (compiled dependencies are kept beside cargo's registry)
	rm -rf target .demo
