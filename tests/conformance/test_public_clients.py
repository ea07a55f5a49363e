"""Line 69 of the behaviour document's list: public clients run on it unmodified."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from engine_process import eventually
from stage import Stage, attributes, decision
from targets import Wire

SIMPLEFLOW = "simpleflow==0.36.0"
SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="session")
def simpleflow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of the public client, in an environment of its own that is kept."""
    cache = getattr(request.config, "cache", None)
    kept = cache.mkdir("simpleflow-0.36.0") if cache else tmp_path_factory.mktemp("simpleflow")
    command = kept / f"py{sys.version_info.major}{sys.version_info.minor}" / "bin" / "simpleflow"
    if not command.exists():
        _install(command)
    return command


def _install(command: Path) -> None:
    where = command.parents[1]
    quiet = ["--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", where], check=True)
        subprocess.run(
            [where / "bin" / "python", "-m", "pip", "install", *quiet, SIMPLEFLOW],
            check=True,
            timeout=240,
            capture_output=True,
            text=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        if os.environ.get("CI"):  # there nothing may be skipped
            raise
        pytest.skip(f"{SIMPLEFLOW} cannot be installed here: {error}")


@pytest.fixture
def standalone(
    simpleflow: Path, wire: Wire, wired: Stage, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """simpleflow's deciders and workers, with an execution that they start themselves."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(SAMPLES),
        "AWS_ENDPOINT_URL_SWF": wire.url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    arguments = ["standalone", "--domain", wired.domain, "--nb-deciders", "1", "--nb-workers", "1"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [simpleflow, *arguments, "sample_workflow.SampleWorkflow", "--input", "[3]"],
            env=environment,
            cwd=tmp_path,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            # Its own way down takes ten seconds; its session holds nothing but its processes.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


@pytest.mark.grade("L")
def test_69_simpleflow_runs_its_workflow(
    standalone: subprocess.Popen[bytes], wired: Stage, tmp_path: Path
) -> None:
    def closed() -> list[dict[str, Any]]:
        assert standalone.poll() is None, (tmp_path / "log").read_text()
        found: list[dict[str, Any]] = wired.swf.list_closed_workflow_executions(
            domain=wired.domain, startTimeFilter={"oldestDate": 0}
        )["executionInfos"]
        return found

    (info,) = eventually(closed, 60)
    assert info["closeStatus"] == "COMPLETED", (tmp_path / "log").read_text()
    result = wired.only(info["execution"], "WorkflowExecutionCompleted")["result"]
    assert result == "12"


class Sample:
    """The loops that boto3's users write: one decider, one worker, each in a thread."""

    def __init__(self, wire: Wire, stage: Stage) -> None:
        self.stage = stage
        self.over = threading.Event()
        self.threads = [threading.Thread(target=loop) for loop in (self.decide, self.work)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(20)

    def decide(self) -> None:
        while not self.over.is_set():
            task = self.stage.poll()
            if "taskToken" in task:
                self.stage.respond(task, *self.decisions(task["events"]))

    def decisions(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        done = [
            attributes(e)["result"] for e in events if e["eventType"] == "ActivityTaskCompleted"
        ]
        if len(events) == 3:
            return [self.stage.schedule(str(number), input=str(number)) for number in range(3)]
        if len(done) == 3:
            return [decision("CompleteWorkflowExecution", result=" ".join(sorted(done)))]
        return []

    def work(self) -> None:
        while not self.over.is_set():
            task = self.stage.poll_activity()
            if "taskToken" in task:
                result = str(int(task["input"]) * 2)
                self.stage.swf.respond_activity_task_completed(
                    taskToken=task["taskToken"], result=result
                )


@pytest.mark.grade("L")
def test_69_boto3_runs_a_fan_out(wire: Wire, wired: Stage) -> None:
    with Sample(wire, wired):
        run = wired.start()
        eventually(lambda: wired.status(run) != "OPEN", 20)
    assert wired.only(run, "WorkflowExecutionCompleted")["result"] == "0 2 4"
