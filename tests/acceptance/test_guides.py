"""The guides' examples are true: each section is a module, and its tests are run."""

import importlib.util
import inspect
import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections():
    for guide in ("authoring", "payloads", "testing"):
        parts = SECTION.split((DOCS / f"{guide}.md").read_text(encoding="utf-8"))
        for title, text in zip(parts[1::2], parts[2::2], strict=True):
            code = "\n\n".join(BLOCK.findall(text))
            yield pytest.param(guide, code, id=f"{guide}: {title}")


@pytest.fixture
def module(tmp_path):
    """Imports a section's code from a file, as a test module would be."""
    made = []

    def load(guide, code):
        name = f"guide_{guide}_{tmp_path.name}"
        path = tmp_path / f"{name}.py"
        path.write_text(code)
        spec = importlib.util.spec_from_file_location(name, path)
        found = sys.modules[name] = importlib.util.module_from_spec(spec)
        made.append(name)
        spec.loader.exec_module(found)
        return found

    yield load
    for name in made:
        del sys.modules[name]


@pytest.mark.parametrize(("guide", "code"), list(sections()))
def test_the_examples_of_a_section_run(guide, code, module, request):
    assert code, "a section without an example"
    found = module(guide, code)
    tests = [test for name, test in vars(found).items() if name.startswith("test_")]
    assert tests, "a section whose examples nothing tests"
    for test in tests:
        names = inspect.signature(test).parameters
        test(**{name: request.getfixturevalue(name) for name in names})
