"""The file of faults is read again when it changes."""

from pathlib import Path

import pytest

from flowy.engine.fault_file import FaultFile
from flowy.engine.injection import BadRules

THROTTLE = '[[rule]]\nkind = "throttle"\n'
ERROR = '[[rule]]\nkind = "error"\noperation = "Describe*"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "faults.toml"
    path.write_text(THROTTLE)
    return path


def test_changed_file_counts_from_the_next_call(path: Path) -> None:
    file = FaultFile(path, [].append)
    assert file.choose("DescribeDomain").ending == "throttle"
    path.write_text(ERROR)
    assert file.choose("DescribeDomain").ending == "error"


def test_broken_file_is_told_once_and_the_last_good_rules_stay(path: Path) -> None:
    told: list[str] = []
    file = FaultFile(path, told.append)
    path.write_text("[[rule]\n")
    assert [file.choose("X").ending for _ in range(3)] == ["throttle"] * 3
    assert len(told) == 1
    assert str(path) in told[0]
    path.write_text(ERROR)
    assert file.choose("DescribeDomain").ending == "error"


def test_file_that_has_gone_means_no_faults(path: Path) -> None:
    file = FaultFile(path, [].append)
    path.unlink()
    assert file.choose("X").ending == ""
    path.write_text(THROTTLE)
    assert file.choose("X").ending == "throttle"


def test_json_says_the_same_as_toml(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text('{"seed": 3, "rule": [{"kind": "throttle", "next": 1}]}')
    file = FaultFile(path, [].append)
    assert [file.choose("X").ending for _ in range(2)] == ["throttle", ""]


@pytest.mark.parametrize("text", [None, "rule = 3", "\xff", "[[rule]]\nkind = 'x'"])
def test_broken_or_missing_file_is_refused_at_the_start(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "faults.toml"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadRules, match=r"faults\.toml"):
        FaultFile(path, [].append)
