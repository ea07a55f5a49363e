"""Loading plugins: everything that is wrong is told, with its place, and stops nothing else."""

import sys
from textwrap import dedent

import pytest

from flowy import plugins
from flowy.swf.values import TypeId

GOOD = """
    from flowy import activity

    @activity("Good", 1, "list")
    def good(): ...
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A directory on the path; modules written to it are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) or name.startswith("plug"):
            sys.modules.pop(name)


def write(site, **sources):
    for name, source in sources.items():
        (site / f"{name}.py").write_text(dedent(source), encoding="utf-8")


def install(site, distribution="plug", **points):
    """A distribution with entry points, as pip leaves it."""
    info = site / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[flowy.plugins]\n{lines}")


def test_an_entry_points_module_counts_without_any_hook(site):
    write(site, plug_good=GOOD)
    install(site, good="plug_good")
    loaded = plugins.load(["good"])
    assert (loaded.names, loaded.faults) == (("good",), ())
    assert list(loaded.registry.activities) == [TypeId("Good", "1")]


def test_a_module_that_defines_only_a_lambda_function_is_a_plugin(site):
    source = "from flowy import lambda_function\n@lambda_function('f')\ndef f(payload): ...\n"
    write(site, plug_lambda=source)
    loaded = plugins.load([], ["plug_lambda"])
    assert (loaded.faults, list(loaded.registry.lambdas)) == ((), ["f"])


def test_all_entry_points_are_enabled_unless_some_are_named(site):
    write(site, plug_good=GOOD, plug_other=GOOD.replace("Good", "Other"))
    install(site, good="plug_good", other="plug_other")
    assert {"good", "other"} <= set(plugins.load(None).names)
    assert plugins.load(["other"]).names == ("other",)
    assert plugins.load([]).names == ()


def test_modules_are_loaded_by_name(site):
    write(site, plug_good=GOOD)
    loaded = plugins.load([], ["plug_good"])
    assert (loaded.names, loaded.faults) == (("plug_good",), ())


def test_everything_wrong_is_told_at_once_and_the_rest_is_loaded(site):
    write(
        site,
        plug_good=GOOD,
        plug_syntax="def broken(:\n",
        plug_raises="x = 1\nraise RuntimeError('no camera')\n",
        plug_leaves="import sys\n\nsys.exit('bye')\n",
        plug_import="import plug_nowhere\n",
        plug_empty="",
    )
    install(site, raises="plug_raises", gone="plug_gone", thing="plug_good:good")
    modules = ["plug_syntax", "plug_leaves", "plug_import", "plug_empty", "plug_good"]
    loaded = plugins.load(["raises", "gone", "thing", "unheard"], modules)
    told = {fault.where: fault.message for fault in loaded.faults}
    assert loaded.names == ("plug_empty", "plug_good")
    assert TypeId("Good", "1") in loaded.registry.activities
    assert "no plugin 'unheard' is installed" in told.pop("[plugins] enabled")
    raised = told.pop("plugin raises (entry point plug_raises)")
    assert "RuntimeError: no camera" in raised
    assert raised.endswith(f"{site / 'plug_raises.py'}:2")
    assert "No module named 'plug_gone'" in told.pop("plugin gone (entry point plug_gone)")
    assert "is not a module" in told.pop("plugin thing (entry point plug_good:good)")
    assert told.pop("module plug_syntax").endswith(f"{site / 'plug_syntax.py'}:1")
    assert f"SystemExit: bye at {site / 'plug_leaves.py'}:3" in told.pop("module plug_leaves")
    missing = told.pop("module plug_import")
    assert f"No module named 'plug_nowhere' at {site / 'plug_import.py'}:1" in missing
    assert "defines no activity" in told.pop("module plug_empty")
    assert told == {}
    assert [f.severity for f in loaded.faults if f.where == "module plug_empty"] == ["warning"]


def test_two_definitions_of_one_type_are_told_with_both_places(site):
    write(site, plug_good=GOOD, plug_twin="\n" + dedent(GOOD))
    (fault,) = plugins.load([], ["plug_good", "plug_twin"]).faults
    assert fault.where == "module plug_twin"
    assert f"{site / 'plug_good.py'}:4" in fault.message
    assert f"{site / 'plug_twin.py'}:5" in fault.message


def test_a_plugin_that_is_named_twice_is_loaded_once(site):
    write(site, plug_good=GOOD)
    install(site, good="plug_good")
    assert plugins.load(["good", "good"], ["plug_good"]).faults == ()


def test_two_entry_points_of_one_name_are_a_fault(site):
    write(site, plug_good=GOOD)
    install(site, good="plug_good")
    install(site, "another", good="plug_good")
    loaded = plugins.load(["good"])
    assert loaded.names == ()
    assert "two entry points" in loaded.faults[0].message


def test_hooks_are_called_and_those_that_raise_are_told(site):
    hook = """
        from flowy import activity
        from flowy.hookspecs import hookimpl

        @activity("{0}", 1, "list")
        def hidden(): ...

        found = [hidden]
        del hidden

        @hookimpl
        def flowy_register(registry):
            registry.add(found[0])
            {1}
    """
    write(
        site,
        plug_hook=hook.format("Hooked", ""),
        plug_late=hook.format("Late", "1 / 0"),
        plug_odd=hook.format("Odd", "").replace("(registry)", "(registry, colour)"),
        plug_typo=hook.format("Typo", "").replace("flowy_register", "flowy_regster"),
    )
    loaded = plugins.load([], ["plug_hook", "plug_late", "plug_odd", "plug_typo"])
    told = {fault.where: fault.message for fault in loaded.faults}
    assert TypeId("Hooked", "1") in loaded.registry.activities
    assert "flowy_register raised ZeroDivisionError" in told["module plug_late"]
    assert told["module plug_late"].endswith(f"{site / 'plug_late.py'}:14")
    assert "colour" in told["module plug_odd"]
    assert "flowy_regster" in told["module plug_typo"]
    assert set(told) == {"module plug_late", "module plug_odd", "module plug_typo"}


def test_each_task_runs_inside_the_plugins_context_managers(site):
    source = """
        from contextlib import contextmanager
        from flowy.hookspecs import hookimpl

        seen = []

        @hookimpl
        @contextmanager
        def flowy_task(task):
            seen.append(f"into {task}")
            yield
            seen.append(f"out of {task}")
            BODY
    """
    write(site, plug_around=source.replace("BODY", ""), plug_bad=source.replace("BODY", "1 / 0"))
    loaded = plugins.load([], ["plug_around", "plug_bad"])
    assert loaded.faults == ()
    with loaded.around("task"):
        assert sys.modules["plug_around"].seen == ["into task"]
    for name in ("plug_around", "plug_bad"):
        assert sys.modules[name].seen == ["into task", "out of task"]


def test_a_context_manager_that_cannot_be_entered_does_not_stop_the_task(site):
    source = """
        from flowy.hookspecs import hookimpl

        @hookimpl
        def flowy_task(task):
            raise OSError("no tracer")
    """
    write(site, plug_bad=source)
    with plugins.load([], ["plug_bad"]).around("task"):
        ran = True
    assert ran


def test_a_hook_that_nobody_would_call_is_a_fault(tmp_path, monkeypatch):
    source = "from flowy import hookimpl\n@hookimpl\ndef flowy_teleport(): ...\n"
    (tmp_path / "plug_teleport.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)

    (fault, *_) = plugins.load([], ["plug_teleport"]).faults

    assert "flowy_teleport" in fault.message


BRINGS = """
    from flowy import Converter, Form, hookimpl

    class Point:
        pass

    class Reverse:
        name = "reverse"
        def encode(self, data): return data[::-1]
        decode = encode

    @hookimpl
    def flowy_converter():
        return Converter(Form("point", Point, lambda p: 0, lambda v: Point()))

    @hookimpl
    def flowy_codecs():
        return [Reverse()]

    @hookimpl
    def flowy_payload_store():
        return "a store"
"""


def test_a_plugin_brings_forms_codecs_and_a_store(site):
    write(site, plug_brings=BRINGS)
    loaded = plugins.load([], ["plug_brings"])

    assert loaded.faults == ()
    assert loaded.registry.converter.dumps(sys.modules["plug_brings"].Point()) == (
        '{"$flowy":"point","v":0}'
    )
    assert [codec.name for codec in loaded.brought.codecs] == ["reverse"]
    assert loaded.brought.store == "a store"


def test_a_second_store_a_claimed_tag_and_a_hook_that_raises_are_faults(site):
    write(site, plug_one=BRINGS, plug_two=BRINGS)
    broken = """
        from flowy import hookimpl

        @hookimpl
        def flowy_codecs():
            raise LookupError("no codec today")
    """
    write(site, plug_raises=broken)
    loaded = plugins.load([], ["plug_one", "plug_two", "plug_raises"])

    told = [f"{fault.where}: {fault.message}" for fault in loaded.faults]
    assert len(told) == 3
    assert "plug_two: flowy_converter: the tag 'point' is claimed by" in told[0]
    assert "another plugin gives a payload store" in told[1]
    assert "plug_raises: a hook raised LookupError: no codec today" in told[2]
