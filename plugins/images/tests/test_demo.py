"""The demo's parts: its web site, its reading of the history, what it shows."""

import io
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from flowy_images.demo import daemon, show, site
from flowy_images.demo.__main__ import addresses, parsed
from flowy_images.demo.progress import Step, line, steps
from rich.console import Console

from flowy.swf.events import (
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    Event,
)
from flowy.swf.values import TaskList, TypeId


def scheduled(name):
    return ActivityTaskScheduled("a", TypeId(name, "1"), 4, TaskList("image_processing"))


def history(*attributes):
    return [Event(number, 0, one) for number, one in enumerate(attributes, start=1)]


def test_at_least_twelve_photographs_are_there_each_small_and_attributed():
    found = site.photographs()
    table = (site.files("flowy_images") / "photographs" / "ATTRIBUTION.md").read_text()
    assert len(found) >= 12
    assert all(len(body) <= 60 * 1024 for body in found.values())
    assert {name for name in found if f"| `{name}` |" not in table} == set()


def test_the_site_serves_photographs_and_a_404():
    with site.serving({"a.jpg": b"abc"}) as home:
        with urlopen(f"{home}/a.jpg") as answer:
            assert answer.read() == b"abc"
        with pytest.raises(HTTPError, match="404") as caught:
            urlopen(f"{home}/missing.jpg")
        caught.value.close()


def test_a_step_counts_pictures_that_begun_and_ended():
    found = steps(
        history(
            scheduled("DownloadPicture"),
            scheduled("DownloadPicture"),
            ActivityTaskStarted(1),
            ActivityTaskCompleted(1, 3),
            scheduled("ResizePicture"),
            scheduled("SomethingElse"),
            ActivityTaskCompleted(6, 0),
        )
    )
    assert found["DownloadPicture"] == Step(begun=2, done=1)
    assert found["ResizePicture"] == Step(begun=1)
    assert found["MovePicture"] == Step()


def test_a_repeated_attempt_is_the_same_picture():
    found = steps(
        history(
            scheduled("MovePicture"),
            ActivityTaskTimedOut(1, 0, "HEARTBEAT"),
            scheduled("MovePicture"),
            ActivityTaskFailed(3, 0),
            scheduled("MovePicture"),
            ActivityTaskCompleted(5, 0),
        )
    )
    assert found["MovePicture"] == Step(begun=1, done=1, failed=2)
    assert line(found, 1) == "download 0/1  resize 0/1  colour 0/1  move 1/1 (2 failed)"


def test_without_a_terminal_progress_is_one_line_for_each_change():
    text = io.StringIO()
    with show.progress(Console(file=text), 2) as update:
        for done in (0, 1, 1):
            update({name: Step(done=done) for name in show.STEPS})
    assert [row.split()[1] for row in text.getvalue().splitlines()] == ["0/2", "1/2"]


def test_on_a_terminal_progress_is_bars():
    text = io.StringIO()
    with show.progress(Console(file=text, force_terminal=True, width=100), 2) as update:
        update({name: Step(begun=2, done=1, failed=3) for name in show.STEPS})
    assert "1 under way, 3 failed" in text.getvalue()


def test_the_summary_tells_good_and_bad_pictures():
    text = io.StringIO()
    good = {"url": "http://x/a.jpg", "colour": "red", "path": "/f/red/a-1.jpg"}
    bad = {"url": "http://x/b.jpg", "error": "NotAPicture: http://x/b.jpg: [bold] text"}
    Console(file=text, width=200).print(show.summary([good, bad]))
    assert "red/a-1.jpg" in text.getvalue()
    assert "NotAPicture: http://x/b.jpg: [bold] text" in text.getvalue()


def test_the_options_choose_the_urls():
    ours = addresses("http://h", None, bad=False)
    assert ours[0] == "http://h/astronaut.jpg"
    assert addresses("http://h", ["http://x/y"], bad=False) == ["http://x/y"]
    assert addresses("http://h", None, bad=True)[len(ours) :] == [f"http://h/{n}" for n in site.BAD]
    assert parsed(["--url", "a", "--url", "b"]).url == ["a", "b"]


def test_the_state_directory_is_relative_to_the_configuration(tmp_path, monkeypatch):
    monkeypatch.delenv("FLOWYD_STATE_DIR", raising=False)
    (tmp_path / "flowyd.toml").write_text('domain = "d"\nstate_dir = "here"\n')
    assert daemon.state_dir(tmp_path / "flowyd.toml") == (tmp_path / "here").resolve()
