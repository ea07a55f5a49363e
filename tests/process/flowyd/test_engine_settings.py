"""What `[engine]` says reaches the engine."""

from pathlib import Path

from flowy.swf.client import SWFClient
from flowyd.supervisor.keys import engine_key


def test_closed_executions_are_kept_and_calls_written_as_configured(launch):
    daemon = launch(more='[engine]\nretention = "7 d"\nsynchronous = "normal"')
    daemon.until_ready()
    engine = daemon.child("engine")
    command = Path(f"/proc/{engine.pid}/cmdline").read_text()
    key = engine_key(daemon.directory / "state")
    client = SWFClient("tests", endpoint_url=engine.address, credentials=key)
    described = client._reads.describe_domain(name="tests")

    assert "--retention\x007\0--synchronous\0NORMAL" in command
    assert described["configuration"]["workflowExecutionRetentionPeriodInDays"] == "7"
