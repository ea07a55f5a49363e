"""No module is imported by what it imports, directly or through others."""

import shutil

import grimp
import pytest

ROOTS = ("flowy", "flowyd", "flowy_images", "flowy_video")


def circles(graph: grimp.ImportGraph) -> list[set[str]]:
    """The groups of modules that reach each other, most often none."""
    reach = {module: graph.find_upstream_modules(module) for module in graph.modules}
    together = [{module} | {m for m in reach[module] if module in reach[m]} for module in reach]
    return [group for group in together if len(group) > 1]


def test_no_imports_go_round_in_circles():
    graph = grimp.build_graph(*ROOTS, cache_dir=None)

    assert circles(graph) == []


def test_a_planted_circle_is_found(root, tmp_path, monkeypatch):
    package = tmp_path / "planted_flowy"
    shutil.copytree(root / "flowy" / "decider", package)
    for path in package.rglob("*.py"):
        path.write_text(path.read_text().replace("flowy.decider", "planted_flowy"))
    turns = package / "turns.py"
    turns.write_text(f"{turns.read_text()}\nimport planted_flowy.decide\n")
    monkeypatch.syspath_prepend(tmp_path)

    (circle, *_) = circles(grimp.build_graph("planted_flowy", cache_dir=None))

    assert {"planted_flowy.turns", "planted_flowy.decide"} <= circle


@pytest.mark.parametrize("package", ROOTS)
def test_each_package_is_seen(package):
    assert len(grimp.build_graph(package, cache_dir=None).modules) > 5
