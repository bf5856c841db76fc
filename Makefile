# SpectraInfer: `make demo` and `make test` are all that a newcomer needs; each installs what it needs
# on Debian 12 with Swift 6.3 on the PATH.

SHELL := /bin/bash -o pipefail
PREFIX ?= /usr/local
DESTDIR ?=
# Of the models in data/ (data/README.md says why).
SEED ?= 2

BUILD := build
LIBRARY := $(BUILD)/lib/libspectra_infer.so
SPECTRA := .build/release/spectra
export PYTHON ?= python3

SOURCES := $(shell find Sources include packaging -type f) \
    Package.swift Makefile scripts/build-library.sh scripts/interface-number.sh scripts/library-objects.sh

.PHONY: all demo test test-swift test-c test-python lint library models install setup clean help

all: library

help: ## lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# ---------------------------------------------------------------- what is needed from Debian

PACKAGES := gcc libc6-dev binutils pkg-config libjson-c-dev zlib1g-dev
TEST_PACKAGES := g++ valgrind cmake locales python3-venv python3-dev abigail-tools
setup:
	@scripts/install-packages.sh $(PACKAGES)

.PHONY: setup-test
setup-test: setup
	@scripts/install-packages.sh $(TEST_PACKAGES)

# ---------------------------------------------------------------- the C library

library: setup $(LIBRARY) ## builds build/lib/libspectra_infer.so

$(LIBRARY): $(SOURCES)
	@scripts/build-library.sh $(BUILD)/lib

install: library ## installs library, header, models, pkg-config and CMake files below PREFIX
	@scripts/install.sh "$(PREFIX)" "$(DESTDIR)"

# ---------------------------------------------------------------- the command line and the models

$(SPECTRA): $(SOURCES)
	swift build -c release --product spectra
	@touch $@

# mp-7000, alpha-quartz, is the demo's spectrum: no model that is shown has learned from it.
models: setup $(SPECTRA) ## trains the four models of data/models anew
	@for alignment in edge absolute threshold; do \
	    $(SPECTRA) train data --alignment $$alignment --seed $(SEED) --hold-out mp-7000 \
	        --out data/models/$$alignment.json || exit 1; \
	done
	@$(SPECTRA) train data --alignment edge --broadening 0.1 --seed $(SEED) --hold-out mp-7000 \
	    --out data/models/monochromated.json

# ---------------------------------------------------------------- the evaluation

.PHONY: report accuracy
report: library $(SPECTRA) ## evaluates all models and draws build/report/index.html (about an hour)
	@scripts/install-packages.sh python3-venv
	@scripts/report.sh $(BUILD)/report

accuracy: report ## writes docs/accuracy.md from the evaluation
	@$(BUILD)/venv/bin/python -m spectra_infer.report $(BUILD)/report --markdown docs/accuracy.md

# ---------------------------------------------------------------- the demo

demo: library $(SPECTRA) ## predicts the properties of a noisy alpha-quartz spectrum
	@scripts/demo.sh

# ---------------------------------------------------------------- benchmarks

.PHONY: bench bench-training
bench: setup-test library ## times inference beside ONNX Runtime, OpenVINO and NumPy (BENCH=--quick: a minute)
	@benchmarks/inference.sh $(BENCH)

bench-training: setup-test ## times training beside scikit-learn and JAX
	@benchmarks/training.sh

# ---------------------------------------------------------------- tests

test: setup-test lint library $(SPECTRA) ## runs every test: Swift, C, Python
	@scripts/test.sh

lint: ## checks the formatting
	swift format lint --strict --parallel --recursive Sources Tests benchmarks fuzz Package.swift

test-swift: setup-test ## runs the Swift tests
	@scripts/test.sh swift

test-c: setup-test library ## runs the C tests against the library
	@scripts/test.sh c

test-python: setup-test library ## runs the tests of the Python package
	@scripts/test.sh python

.PHONY: fuzz
fuzz: setup-test ## fuzzes loader, predict and file readers, FUZZ_SECONDS (60) each
	@fuzz/run.sh

.PHONY: test-simulation simulation-setup
test-simulation: setup-test ## runs the tests of the simulation program (without GPAW)
	@scripts/test.sh simulation

simulation-setup: ## installs GPAW and the program that makes the database: build/simulation/bin/simulation
	@scripts/install-packages.sh gpaw gpaw-data python3-spglib python3-venv
	/usr/bin/python3 -m venv --system-site-packages $(BUILD)/simulation
	$(BUILD)/simulation/bin/pip install --quiet --editable simulation

.PHONY: golden
golden: library ## records what the golden models answer beside their values, where that is meant to change
	@$(CC) -std=gnu11 -O1 -frounding-math -I include -o $(BUILD)/golden Tests/c/golden.c Tests/c/support.c \
	    -L $(BUILD)/lib -lspectra_infer -Wl,-rpath,$(abspath $(BUILD)/lib) -lm
	@$(BUILD)/golden Tests/Fixtures/golden-models --write

.PHONY: soak
MINUTES ?= 30
soak: setup-test library ## runs the long tests, for MINUTES in all (30)
	@scripts/soak.sh $(MINUTES)

clean: ## removes everything that was built
	rm -rf $(BUILD) .build
