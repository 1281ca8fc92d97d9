# What one can ask for: `make help`. The work is done by the scripts in tools/setup.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

PREFIX ?= /usr/local
DESTDIR ?=
ARGS ?=
SUITES ?=
PYTHON := .deps/venv/bin/python
TEST_PYTHON := .deps/test-venv/bin/python
SERVER := build/release/bedplate

.PHONY: help
help: ## Show this text
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	@printf '\nVariables: ARGS (for bedplate serve), SUITES (for make test), PREFIX and DESTDIR (for install)\n'

# --- Running ---------------------------------------------------------------------------------

.PHONY: serve
serve: ready ## Install what is needed, build, and serve on http://127.0.0.1:4580
	$(call instead_of_make,exec $(SERVER) serve $(ARGS))

.PHONY: ready
ready: setup
	@tools/setup/build.sh release bedplate
	@tools/setup/check-models.sh

.PHONY: setup
setup: ## Install what the build needs, obtain the engine and the embedding model
	@tools/setup/packages.sh build
	@tools/setup/python.sh .deps/venv tools/apigen/requirements.txt
	@tools/setup/engine.sh .deps/engine
	@tools/setup/models.sh .deps/models
	@tools/setup/compile-instead-of-make.sh

# Runs a command in make's own place, so that a signal finds the server and nothing else and the
# server's exit status is what the caller sees (tools/setup/instead_of_make.c). A dry run only
# shows it; a make that cannot load extensions starts it as any other command.
dry_run := $(findstring n,$(firstword -$(MAKEFLAGS)))
can_load := $(and $(filter load,$(.FEATURES)),$(wildcard /usr/include/gnumake.h))
ifneq ($(and $(can_load),$(if $(dry_run),,yes)),)
instead_of_make = $(eval load .deps/instead_of_make.so)$(instead-of-make $(1))
else
instead_of_make = @$(1)
endif

.PHONY: install
install: ready ## Install the server, its models and the engine below PREFIX
	@tools/setup/install.sh "$(DESTDIR)$(PREFIX)"

# --- Building and testing --------------------------------------------------------------------

.PHONY: build
build: setup ## Build everything, tests included (preset release)
	@tools/setup/build.sh release

.PHONY: test
test: setup ## Build and run every test, as CI does
	@tools/setup/test.sh $(SUITES)

.PHONY: asan
asan: setup ## Unit, protocol and scenario tests under AddressSanitizer and UBSan
	@tools/setup/test.sh unit-asan protocol-asan scenarios-asan

.PHONY: tsan
tsan: setup ## Unit, protocol and scenario tests under ThreadSanitizer
	@tools/setup/test.sh unit-tsan protocol-tsan scenarios-tsan

.PHONY: fuzz
fuzz: setup ## Fuzz every parser that reads from the network (FUZZ_SECONDS each)
	@tools/setup/fuzz.sh

.PHONY: bench
bench: setup ## Measure: latency, throughput, streams, tokens per second, start-up
	@tools/setup/bench.sh $(ARGS)

.PHONY: eval-demo
eval-demo: ready ## Put the held-out cases to the demo model and print its scores
	@tools/setup/eval-demo.sh $(ARGS)

# --- The sources -----------------------------------------------------------------------------

.PHONY: tidy
tidy: ## Check include direction, layout and sizes of the sources
	@python3 tools/tidy/tidy.py

.PHONY: format
format: ## Format the C++ sources with clang-format
	@git ls-files -z -co --exclude-standard '*.cpp' '*.hpp' | xargs -0r clang-format -i

.PHONY: compatibility
compatibility: ## Write docs/compatibility.md from the catalogue of operations
	@tools/setup/python.sh .deps/venv tools/apigen/requirements.txt
	@PYTHONPATH=tools $(PYTHON) -m apigen --catalog src/operations/catalog.def \
	  --compatibility docs/compatibility.md

.PHONY: clean
clean: ## Remove what was built
	@rm -rf build

.PHONY: distclean
distclean: clean ## Remove what was downloaded, too
	@rm -rf .deps tests/conformance/js/node_modules
