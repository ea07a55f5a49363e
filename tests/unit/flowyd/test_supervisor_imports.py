"""The supervisor forks nothing itself, but it lives for months: it holds no plugin and no boto3."""

import subprocess
import sys

import flowyd

FOREIGN = ("boto3", "botocore", "flowy.plugins", "flowy.swf.client", "flowy.worker.activities")
FOREIGN += ("starlette", "uvicorn", "sqlite3", "flowyd.supervisor.zygote")


def test_the_supervisor_holds_no_boto3_and_no_plugin_code():
    code = "import sys, flowyd.cli.run, flowyd.supervisor.loop; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) & set(FOREIGN) == set()


def test_the_command_line_answers_help_without_the_supervisor():
    code = "import sys, flowyd.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "flowyd.supervisor.loop" not in done.stdout.split()


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert version("flowyd") == flowyd.VERSION
