"""A daemon with a name: `{instance}` and `{hostname}` in the task lists of its pools and types."""

import json
import socket

from flowy.client import Handle
from flowy.swf.client import SWFClient
from flowy.swf.events import ActivityTaskScheduled
from flowy.swf.values import TypeId
from flowyd.supervisor.keys import engine_key

CONFIG = """
domain = "tests"
state_dir = "state"
[plugins]
enabled = []
modules = ["sample_plugin"]
[pools.here]
kind = "activity"
processes = 1
task_list = "{hostname}-{instance}-files"
[pools.steps]
kind = "activity"
processes = 1
task_list = "{instance}-steps"
[pools.decisions]
kind = "decider"
processes = 1
task_list = "{instance}-decisions"
"""
PLUGIN = """
from flowy import ActivityProxy, Workflow, activity, workflow

@activity("Step", 1, "{instance}-steps")
def step(x):
    return x + 1

@workflow("Two", 1, "{instance}-decisions")
class Two(Workflow):
    step = ActivityProxy(step)

    def run(self, x):
        done = self.step(x)
        with self.options(task_list="{hostname}-{instance}-files"):
            return self.step(done).result()
"""


def test_types_and_calls_of_an_instance_go_to_its_own_pools(launch, tmp_path):
    (tmp_path / "flowyd.video.toml").write_text(CONFIG)
    daemon = launch("run", "-i", "video", plugin=PLUGIN)
    daemon.until_ready()
    key = engine_key(tmp_path / "state")
    swf = SWFClient("tests", endpoint_url=daemon.child("engine").address, credentials=key)

    swf.start("w", TypeId("Two", "1"), json.dumps([1]))  # on the list that was registered

    run = swf.latest_run("w")
    assert Handle(swf, run).result(timeout=60) == 3
    asked = [event.attributes for event in swf.history(run)]
    lists = [each.task_list.name for each in asked if isinstance(each, ActivityTaskScheduled)]
    assert lists == ["video-steps", f"{socket.gethostname()}-video-files"]
    assert "no pool" not in daemon.log + str(daemon.status().faults)


def test_without_a_name_such_a_type_is_a_fault_before_anything_starts(launch, flowyd, tmp_path):
    (tmp_path / "sample_plugin.py").write_text(PLUGIN)
    (tmp_path / "flowyd.toml").write_text(CONFIG.replace("{instance}", "some"))

    checked = flowyd("check")

    assert checked.returncode == 78
    assert "Step/1: task_list='{instance}-steps' holds {instance}, but there is none" in (
        checked.stderr
    )
