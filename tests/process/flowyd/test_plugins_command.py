"""`flowyd plugins`: what would be loaded, from where, with which types."""

import json

CONFIG = """
domain = "d"
[plugins]
enabled = ["images", "absent"]
modules = ["mine", "broken"]
[pools.acts]
kind = "activity"
"""
MINE = """
from flowy import Workflow, activity, workflow
print("plugins may print at import")

@activity("Do", 2, "acts")
def do(): ...

@workflow("Go", 1, "decs")
class Go(Workflow):
    def run(self): ...
"""


def write(directory, config):
    (directory / "flowyd.toml").write_text(config)
    (directory / "mine.py").write_text(MINE)
    (directory / "broken.py").write_text("\nraise OSError('no such codec')\n")


def test_each_plugin_is_told_with_its_source_types_and_faults(flowyd, tmp_path):
    write(tmp_path, CONFIG)
    answer = flowyd("plugins", "--json")
    told = json.loads(answer.stdout)
    images, absent, mine, broken = told["plugins"]

    assert (answer.returncode, told["schema"]) == (78, 1)
    assert images["loaded"]
    assert images["source"].startswith("entry point flowy_images")
    assert images["package"].split()[0] == "flowy-images"
    assert {"workflow", "activity"} == {one["kind"] for one in images["types"]}
    assert (absent["loaded"], absent["source"]) == (False, "not installed")
    assert mine["file"] == str(tmp_path / "mine.py")
    types = [(t["kind"], t["type"], t["task_list"]) for t in mine["types"]]
    assert types == [("workflow", "Go/1", "decs"), ("activity", "Do/2", "acts")]
    assert mine["types"][1]["origin"].endswith("mine.py:5")
    assert not broken["loaded"]
    assert "no such codec" in broken["faults"][0]["message"]


def test_the_list_is_for_people_without_the_option(flowyd, tmp_path):
    write(tmp_path, CONFIG.replace(', "absent"', "").replace(', "broken"', ""))
    answer = flowyd("plugins")

    assert answer.returncode == 0
    assert "activity  Do/2" in answer.stdout
    assert str(tmp_path / "mine.py") in answer.stdout


def test_a_plugin_that_ends_the_process_is_a_fault(flowyd, tmp_path):
    write(tmp_path, CONFIG)
    (tmp_path / "mine.py").write_text("import os\nos._exit(3)\n")
    answer = flowyd("plugins")

    assert answer.returncode == 78
    assert "loading ended the process, code 3" in answer.stderr
