HOST ?= 127.0.0.1
PORT ?= 8000
# PyTorch's own index of CPU builds: on Linux the default one brings gigabytes of CUDA. Empty: don't ask it.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

VENV := .venv
PY := $(VENV)/bin/python
INSTALLED_BY := pyproject.toml constraints.txt package.json package-lock.json hatch_build.py \
	$(if $(wildcard static/vendor/package-lock.sha256),,FORCE)

# pip would retry an index that doesn't answer for minutes, and its time-outs can't be set for one index alone.
# alarm: a name look-up heeds no time-out of Python's.
PROBE := import signal, sys, urllib.request as r; signal.alarm(8); r.urlopen(sys.argv[1] + "/torch/", timeout=5)
define install
	set -e; \
	extra=; \
	if [ -n "$(TORCH_INDEX)" ]; then \
		if $(PY) -c '$(PROBE)' "$(TORCH_INDEX)" 2>/dev/null; then extra="--extra-index-url $(TORCH_INDEX)"; \
		else echo "$(TORCH_INDEX) does not answer: torch comes from pip's configured indexes."; fi; \
	fi; \
	$(PY) -m pip install --disable-pip-version-check -c constraints.txt $$extra -e "$(1)"
endef

.PHONY: help run test lint format bench golden translations pictures docker browser clean FORCE

help: ## show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /make \1|/' | column -t -s '|'

run: $(VENV)/run ## install what is missing and serve the app (HOST=127.0.0.1 PORT=8000)
	$(PY) -m app serve --host "$(HOST)" --port "$(PORT)"

test: lint browser ## everything that CI checks
	$(PY) -m pytest -n auto

lint: $(VENV)/dev ## ruff and mypy
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

format: $(VENV)/dev ## let ruff put the code in order
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: $(VENV)/bench ## measure speed, memory, and a lecture hall before the server
	$(PY) -m app bench
	$(PY) -m app bench-load

golden: $(VENV)/dev ## write what the shipped model gives anew, after it was replaced
	$(PY) -m tests.test_golden

translations: $(VENV)/dev ## put new messages into the catalogs in app/locale, and drop old ones
	$(PY) -m tests.catalogs $(NEW)

pictures: browser ## take the README's pictures anew
	$(PY) -m tests.pictures

docker: ## build the image free-labels
	docker build --build-arg TORCH_INDEX="$(TORCH_INDEX)" -t free-labels .
	@echo "docker run --rm -p 7860:7860 free-labels"

clean: ## remove whatever make, pip and the tools have made; runs/ stays
	rm -rf $(VENV) static/vendor dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find app tests -name __pycache__ -prune -exec rm -rf {} +

# Browser tests never skip, so a browser must be there. Debian's is tried first where possible: it brings its libraries.
browser: $(VENV)/dev
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; \
	then exit 0; fi; \
	$(PY) -m playwright install chromium

$(VENV)/run: $(INSTALLED_BY) | $(PY)
	@$(call install,.)
	@touch $@

$(VENV)/dev: $(INSTALLED_BY) | $(PY)
	@$(call install,.[dev])
	@touch $(VENV)/run $@

# A name on PATH may be a shim that doesn't start, so each is tried.
$(PY):
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
				echo "$$python can't make virtual environments. On Debian or Ubuntu: apt install python3-venv"; exit 1; \
			fi; \
			exec $$python -m venv $(VENV); \
		fi; \
	done; \
	echo "Free Labels needs Python 3.11 or newer. Install it, or name it: make run PYTHON=/path/to/python3"; exit 1

$(VENV)/bench: $(VENV)/dev
	@$(call install,.[bench])
	@touch $@
