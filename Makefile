# make run      the demo: sort photographs by colour, through flowyd on its own engine
# make check    the fast inner loop: format, lint, contracts, types, house rules, unit tests
# make test     all tests; on the other Pythons that are here, those that may differ
# make crash    kill the engine a thousand times under load, and look for what it had acknowledged
# make chaos    thousands of executions while everything is killed, stopped, filled and deployed
# make property thousands of random workflows against the engine's core, decided in every way
# make bench    the engine's speed, with moto beside it; the decider's; what flowyd costs
# make mutants  seed each of the known faults into a copy of the engine: its tests must see them all
# Each does its own set-up; it needs Python 3.11, git and make.

.DELETE_ON_ERROR:
.PHONY: run check test crash chaos property bench mutants

INSTALLED = pyproject.toml plugins/images/pyproject.toml plugins/video/pyproject.toml constraints.txt .ci/venv

run: .venv/.ready
	.venv/bin/python -m flowy_images.demo --config flowyd.toml

check: .venv/.ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports --no-logo
	.venv/bin/mypy
	.venv/bin/python -m pytest -q -n 2 tests/unit tests/replay plugins/images/tests \
	    --ignore tests/unit/flowy/testing --ignore tests/unit/flowyd/test_courier.py \
	    tests/meta/test_house.py tests/meta/test_api.py

test: .venv/.ready
	.ci/test

crash: .venv/.ready
	FLOWY_CRASH_KILLS=1000 .venv/bin/python -m pytest -q tests/process/engine/test_crash_kills.py \
	    tests/process/engine/test_crash_power_cut.py

chaos: .venv/.ready
	FLOWY_CHAOS_WORKFLOWS=2000 FLOWY_CHAOS_ROUNDS=8 FLOWY_CHAOS_LEAST=5 FLOWY_MUTANTS=all \
	    FLOWY_CHAOS_HELD=60 FLOWY_STANDSTILL=60 FLOWY_CHAOS_RELOADS=50 \
	    .venv/bin/python -m pytest -q -o faulthandler_timeout=0 tests/chaos tests/mutants/test_supervisor_mutants.py \
	    tests/process/flowyd/test_courier.py tests/process/flowyd/test_supervisor_death.py

property: .venv/.ready
	FLOWY_PROPERTY_PROGRAMS=4000 FLOWY_PROPERTY_SEED=-1 .venv/bin/python -m pytest -q -o faulthandler_timeout=0 tests/property/flowy

bench: .venv/.ready
	.venv/bin/python benchmarks/engine.py
	.venv/bin/python benchmarks/decider.py
	.venv/bin/python benchmarks/peers.py
	.venv/bin/python benchmarks/history.py
	.venv/bin/python benchmarks/supervisor.py

mutants: .venv/.ready
	FLOWY_MUTANTS=all .venv/bin/python -m pytest -q -n 2 tests/mutants

.venv/.ready: $(INSTALLED)
	.ci/venv 3.11 .venv

.venv-%/.ready: $(INSTALLED)
	.ci/venv $* .venv-$*
