# make demo   the main job once          make test   the tests
# make torture   600 made-up histories; workers killed, stopped, starved: 100 kills, 5 seeds, three databases (TORTURE="--kills 10" for less)
# make setup  only .venv with hotline    make check  format, lint, types, import rules, tests
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2  # tests side by side; a recogniser in each takes about a GiB

.PHONY: setup demo test torture check format clean

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/.dev: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: .venv/.ready
	$(BIN)/hotline models install zh
	$(BIN)/hotline demo

test: .venv/.dev
	$(BIN)/hotline models install zh
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

torture: .venv/.dev
	$(BIN)/python -m hotline.torture $(TORTURE)
	HOTLINE_HISTORIES=600 $(BIN)/python -m pytest tests/test_histories.py

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(MAKE) test

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
