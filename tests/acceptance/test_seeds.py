"""The programs of the two older tutorials, run as their readers would, against a real engine."""

import os
import signal
import subprocess
import sys
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from engine_process import running
from PIL import Image

from flowy import Client
from flowy.swf import events as e

SEEDS = Path(__file__).parent / "seeds"
VIDEO = "RolisTest"
IMAGES = "flowy_tutorial"


class Tutorial:
    """The tutorials' programs at work on one engine."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.programs: dict[str, subprocess.Popen[str]] = {}

    def run(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program as `python NAME.py` does."""
        environ = os.environ | {"FLOWY_ENDPOINT_URL": self.url, "TMPDIR": str(self.folder)}
        self.programs[" ".join([name, *arguments])] = program = subprocess.Popen(
            [sys.executable, str(SEEDS / f"{name}.py"), *arguments],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return program

    def client(self, domain: str) -> Client:
        return Client(domain, endpoint_url=self.url)

    def wait_for_types(self, domain: str, *names: str) -> None:
        """Wait until the activities' programs have registered what they scanned."""
        swf = self.client(domain).swf._reads
        deadline = time.monotonic() + 30
        known: set[str] = set()
        while not known >= set(names):
            assert time.monotonic() < deadline, f"registered: {known}; {self.told()}"
            answer = swf.list_activity_types(domain=domain, registrationStatus="REGISTERED")
            known = {info["activityType"]["name"] for info in answer["typeInfos"]}

    def started(self, name: str, *arguments: str) -> str:
        """Run a program that starts an execution and serves it; the workflowId that it prints."""
        program = self.run(name, *arguments)
        assert program.stdout is not None
        return program.stdout.readline().strip()

    def told(self) -> str:
        """What the programs that have ended wrote."""
        ended = {n: p.communicate()[1] for n, p in self.programs.items() if p.poll() is not None}
        return str(ended)

    def interrupt(self) -> dict[str, int]:
        """Press ^C in each program; their exit codes."""
        for program in self.programs.values():
            program.send_signal(signal.SIGINT)
        return {name: program.wait(30) for name, program in self.programs.items()}

    def close(self) -> None:
        for program in self.programs.values():
            if program.poll() is None:
                program.kill()
            program.communicate()


@pytest.fixture
def tutorial(tmp_path):
    with running(tmp_path / "engine.db") as engine:
        made = Tutorial(engine.url, tmp_path)
        for domain in (VIDEO, IMAGES):
            made.client(domain).swf.register_domain(7)
        yield made
        made.close()


def decided(history):
    """The activity types that each decision scheduled, in order."""
    batches: dict[int, list[str]] = {}
    for event in history:
        match event.attributes:
            case e.ActivityTaskScheduled(activity_type=type, decision_task_completed_event_id=by):
                batches.setdefault(by, []).append(type.name)
    return list(batches.values())


def scheduled(history):
    """The attributes of the scheduled activity tasks, in order."""
    every = (event.attributes for event in history)
    return [attributes for attributes in every if isinstance(attributes, e.ActivityTaskScheduled)]


def serve_videos(tutorial):
    tutorial.run("transcoding")
    tutorial.run("video_activities")
    tutorial.wait_for_types(
        VIDEO, "Transcoding", "ThumbnailGenerator", "MetadataProcessing", "AddSubtitles"
    )


def test_the_first_workflow_runs_transcoding_and_thumbnails_at_once(tutorial):
    serve_videos(tutorial)
    handle = tutorial.client(VIDEO).handle(tutorial.started("workflow"))
    assert handle.result(60) == {"video": 40, "path": "/videos/40.webm", "thumbnails": 3}
    assert decided(handle.history()) == [
        ["Transcoding", "ThumbnailGenerator"],
        ["MetadataProcessing"],
    ]
    assert set(tutorial.interrupt().values()) == {0}


def test_a_result_in_the_arguments_holds_back_what_is_asked_for_after_it(tutorial):
    serve_videos(tutorial)
    bad = tutorial.client(VIDEO).handle(tutorial.started("concurrency_bad_example"))
    subtitles = "/videos/40.vtt"
    assert bad.result(60)[1] == subtitles
    assert decided(bad.history()) == [
        ["Transcoding", "ThumbnailGenerator"],
        ["MetadataProcessing", "AddSubtitles"],
    ]


def test_asked_for_before_it_the_subtitles_begin_with_the_others(tutorial):
    serve_videos(tutorial)
    good = tutorial.client(VIDEO).handle(tutorial.started("concurrency_good_example"))
    assert good.result(60)[1] == "/videos/40.vtt"
    assert decided(good.history()) == [
        ["Transcoding", "ThumbnailGenerator", "AddSubtitles"],
        ["MetadataProcessing"],
    ]


def test_the_scope_beats_the_proxy_and_the_proxy_beats_the_decorator(tutorial):
    for task_list in ("slow", "fast", "fastest"):
        tutorial.run("serve_configured", task_list)
    tutorial.wait_for_types(VIDEO, "Configured")
    handle = tutorial.client(VIDEO).handle(tutorial.started("configurations"))
    assert handle.result(60) == [1, 1, 1]
    told = [
        (task.task_list.name, task.heartbeat_timeout, task.start_to_close_timeout)
        for task in scheduled(handle.history())
    ]
    assert told == [("slow", "30", "1800"), ("fast", "20", "900"), ("fastest", "10", "60")]
    assert {task.schedule_to_start_timeout for task in scheduled(handle.history())} == {"120"}


def test_a_type_is_registered_with_its_description(tutorial):
    serve_videos(tutorial)
    swf = tutorial.client(VIDEO).swf._reads
    answer = swf.list_activity_types(domain=VIDEO, registrationStatus="REGISTERED")
    told = {info["activityType"]["name"]: info.get("description") for info in answer["typeInfos"]}
    assert told["AddSubtitles"] == "Add the subtitles of a video."
    assert told["Transcoding"] == "Transcode a video to the formats that browsers play."
    assert told["ThumbnailGenerator"] is None


def test_images_are_resized_and_moved_to_the_folder_of_their_colour(tutorial, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    Image.new("RGB", (400, 200), (10, 20, 200)).save(site / "sea.jpg")

    class Pages(SimpleHTTPRequestHandler):
        def __init__(self, *given):
            super().__init__(*given, directory=str(site))

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        tutorial.run("activities")
        tutorial.wait_for_types(IMAGES, "ResizeImage", "PredominantColor", "RenameImage")
        url = f"http://127.0.0.1:{server.server_port}/sea.jpg"
        handle = tutorial.client(IMAGES).handle(tutorial.started("images_workflow", url))
        moved = Path(handle.result(60))
        server.shutdown()
    assert moved.parent == tmp_path / "blue"
    with Image.open(moved) as image:
        assert image.size == (64, 32)
