# Two commands: `make demo` shows it at work, `make test` proves it. Needs python3 (3.11 or newer) with venv, and make.
PY    ?= python3
VENV  ?= .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
STAMP := $(VENV)/.installed
PIP    = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test long-test evaluate torture fuzz service-test install install-service uninstall-service lint example \
	pictures pins clean
demo: $(READY)
	@$(BIN)/whiteglove demo

install: $(READY)

# What the daemon needs, and nothing for working on it.
$(READY): pyproject.toml pins.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "whiteglove needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PY) -m venv $(VENV)
	@echo "installing into $(VENV) …"
	@$(PIP) -c pins.txt -e .
	@touch $@

$(STAMP): $(READY)
	@$(PIP) --upgrade "pip>=25.1"
	@$(PIP) -c pins.txt --group dev
	@touch $@

# All but what takes long, in about five minutes on two cores; then the rest.
test: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist loadscope -m "not long"

long-test: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist loadscope -m long

# How well, how surely and how fast mail is understood, over the project's labelled rows and those of $WHITEGLOVE_CORPORA.
evaluate: $(STAMP)
	@$(BIN)/python tests/bench/evaluate.py

# Hundreds of kills, at every commit and every word to a server, about 4 s each; then a mailbox of 200,000 messages, the
# fortnight with and without restarts, the years, and more cases of each property than every run has time for.
ROUNDS  ?= 300
torture: $(STAMP)
	TORTURE_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -s tests/torture/rounds.py
	TORTURE=1 $(BIN)/python -m pytest -s tests/reality/test_imap_weight.py tests/fortnight tests/whole/test_lasting.py \
		tests/plugins/test_daily_summary.py tests/test_worktime.py tests/test_promises.py

# A coverage-guided fuzzer over everything that reads mail, for so many SECONDS. What it finds it leaves as a file.
SECONDS ?= 600
FUZZED  ?= $(VENV)/fuzz
fuzz: $(STAMP)
	@$(PIP) -c pins.txt --group fuzz
	cd tests && $(abspath $(BIN))/python -m fuzz.seeds $(abspath $(FUZZED))
	cd tests && $(abspath $(BIN))/python -m fuzz $(abspath $(FUZZED)) -max_total_time=$(SECONDS) -max_len=8192 -verbosity=0

# The service under a real systemd, in a container. Needs root and the Debian packages systemd-container, python3-venv, jq.
service-test: $(STAMP)
	WHITEGLOVE_NSPAWN=1 $(BIN)/python -m pytest tests/whole/test_service.py

# As root, on a host with systemd; systemd/README.md says what follows.
install-service:
	sh systemd/install.sh

uninstall-service:
	sh systemd/uninstall.sh

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The example configuration and the tables of its keys, from the models that check them; the reference for plugins.
example: $(STAMP)
	$(BIN)/python -m whiteglove.cli.example config
	$(BIN)/python -m whiteglove.cli.plugin_reference plugins/README.md

# The pictures of the README. Needs Debian's chromium.
pictures: $(STAMP)
	cd tests && $(abspath $(BIN))/python -m pictures $(abspath daemon/pictures)

# The versions that are installed now become those that everybody gets.
pins: $(STAMP)
	$(BIN)/python .ci/pins.py > pins.txt.new
	mv pins.txt.new pins.txt

clean:
	rm -rf $(VENV)
