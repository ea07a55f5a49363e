"""The conformance suite's own histories hold everything that SWF can write."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from botocore.loaders import create_loader
from gathered import GATHERED, Gathered

from flowy.engine.core.unknowns import UNKNOWNS

SHAPES = create_loader().load_service_model("swf", "service-2")["shapes"]
CAUSED = {
    "ActivityTaskTimedOut": "ActivityTaskTimeoutType",
    "DecisionTaskTimedOut": "DecisionTaskTimeoutType",
    "LambdaFunctionTimedOut": "LambdaFunctionTimeoutType",
    "WorkflowExecutionTimedOut": "WorkflowExecutionTimeoutType",
    "ChildWorkflowExecutionTimedOut": "WorkflowExecutionTimeoutType",
}
"""The events that name a time-out, and the model's enum of it."""


@pytest.fixture(scope="module")
def gathered(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    """What this very run of the suite has gathered; without one, a run is made for it."""
    if GATHERED.complete:
        return GATHERED
    told = tmp_path_factory.mktemp("coverage") / "gathered.json"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment |= {"FLOWY_CONFORMANCE": "engine", "FLOWY_CONFORMANCE_GATHERED": str(told)}
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            "tests/conformance",
            *("--deselect", "tests/conformance/test_public_clients.py"),
        ],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    return msgspec.json.decode(told.read_bytes(), type=Gathered)


def enum(name: str) -> set[str]:
    return set(SHAPES[name]["enum"])


def causes() -> set[tuple[str, str]]:
    """Every event type with each cause that the model lists for it."""
    return {
        (name.removesuffix("Cause"), cause)
        for name, shape in SHAPES.items()
        if name.endswith("Cause")
        for cause in shape["enum"]
    }


def test_the_model_has_what_the_documents_count() -> None:
    assert (len(enum("EventType")), len(enum("DecisionType"))) == (54, 13)
    assert len(causes()) > 50


def test_every_event_type_is_in_a_history(gathered: Gathered) -> None:
    assert gathered.events == enum("EventType")


def test_every_cause_is_in_a_history(gathered: Gathered) -> None:
    assert causes() - gathered.causes == set()
    assert gathered.causes - causes() == set()


def test_every_decision_type_was_carried_out(gathered: Gathered) -> None:
    assert gathered.decisions == enum("DecisionType")


def test_every_kind_of_time_out_is_in_a_history(gathered: Gathered) -> None:
    wanted = {(event, kind) for event, shape in CAUSED.items() for kind in enum(shape)}
    assert gathered.timeouts == wanted


def test_every_side_taken_in_an_open_question_has_a_test(gathered: Gathered) -> None:
    assert gathered.unknown == {unknown.number for unknown in UNKNOWNS}
