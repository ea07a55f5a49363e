"""`flowyd check` and what a start refuses: everything wrong, at once, with its place."""

import pytest
from moto.server import ThreadedMotoServer

BROKEN = """
from flowy import activity

print("plugins may print at import")

@activity("Twin", 1, "acts")
def one(): ...

@activity("Twin", 1, "acts")
def two(): ...
"""
RAISING = "\n\nraise OSError('no such codec')\n"
AWS = '[swf]\nbackend = "aws"\nendpoint_url = "{url}"\nregion = "us-east-1"\n'


@pytest.fixture
def check(tmp_path, flowyd):
    def run(config: str, *options: str, **plugins: str):
        (tmp_path / "flowyd.toml").write_text(config)
        for name, source in plugins.items():
            (tmp_path / f"{name}.py").write_text(source)
        return flowyd("check", *options)

    return run


def config(*modules: str) -> str:
    named = ", ".join(f'"{module}"' for module in modules)
    return (
        f'domain = "d"\n[plugins]\nenabled = ["absent"]\nmodules = [{named}]\n'
        '[pools.acts]\nkind = "activity"\n[pools.idle]\nkind = "decider"\n'
    )


def test_all_faults_of_configuration_are_told_at_once(check):
    done = check('domain = "d"\nfoo = 1\n[pools.a]\nkind = "x"\nprocesses = 0\n')

    assert done.returncode == 78
    places = [line.split(":")[2] for line in done.stderr.splitlines() if line.startswith("error")]
    assert sorted(places) == ["2", "4", "5"]


def test_all_faults_of_plugins_are_told_at_once(check):
    done = check(config("broken", "raising", "missing"), broken=BROKEN, raising=RAISING)

    assert done.returncode == 78
    for told in ("'absent'", "broken.py:6", "broken.py:9", "raising.py:3", "no such codec"):
        assert told in done.stderr
    assert "module missing" in done.stderr
    assert "flowyd.toml:7" in done.stderr  # the pool that has nothing to do
    assert done.stdout.splitlines()[-1].endswith("1 warning(s)")


def test_the_plugins_are_checked_even_if_the_rest_of_the_file_is_wrong(check):
    done = check("typo = 1\n" + config("raising"), raising=RAISING)

    assert done.returncode == 78
    assert "flowyd.toml:1: typo" in done.stderr
    assert "raising.py:3" in done.stderr


def test_a_list_that_nobody_serves_here_is_an_error_only_if_strict(check):
    plugin = 'from flowy import activity\n@activity("A", 1, "other")\ndef a(): ...\n'
    text = 'domain = "d"\n[plugins]\nenabled = []\nmodules = ["p"]\n[pools.x]\nkind = "activity"\n'
    lenient, strict = check(text, p=plugin), check(text, "--strict", p=plugin)

    assert (lenient.returncode, strict.returncode) == (0, 78)
    assert "warning" in lenient.stderr
    assert "p.py:2" in strict.stderr


def test_a_plugin_that_ends_its_process_is_a_fault(check):
    done = check(config("leaves"), leaves="import os\nos._exit(3)\n")

    assert done.returncode == 78
    assert "code 3" in done.stderr


def test_a_wrong_configuration_ends_run_with_78(tmp_path, flowyd):
    (tmp_path / "flowyd.toml").write_text("domain = ")

    done = flowyd("run")
    assert done.returncode == 78
    assert "flowyd.toml:1" in done.stderr


def test_on_aws_a_missing_domain_ends_the_start_and_names_the_command(launch, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        daemon = launch(more=AWS.format(url=f"http://{host}:{port}"))
        assert daemon.wait() == 78
    finally:
        server.stop()

    assert "flowy domain register tests" in daemon.log
    assert daemon.left_behind() == []


def test_an_unreachable_swf_is_no_failed_start(launch):
    daemon = launch(more=AWS.format(url="http://127.0.0.1:1"))
    status = daemon.until("it says so", lambda s: s.state == "degraded")

    assert "not registered" in status.reasons[0]
    assert not status.ready


def test_dev_loads_a_module_that_is_named_on_the_command_line(launch, tmp_path):
    (tmp_path / "extra.py").write_text(
        'from flowy import activity\n@activity("Extra", 1, "acts")\ndef extra(): ...\n'
    )
    daemon = launch("dev", "--plugin", "extra")
    status = daemon.until_ready()

    assert status.plugins == ["sample_plugin", "extra"]
