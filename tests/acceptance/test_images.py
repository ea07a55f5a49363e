"""The demo as a person runs it, undisturbed and with its processes killed at named points."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from flowy_images.demo import daemon
from flowy_images.demo.progress import Step, steps
from flowy_images.demo.site import BAD, pages, photographs

from flowy.cli.target import connect
from flowy.errors import FlowyError
from flowy.swf.events import Event as History

pytestmark = pytest.mark.xdist_group("images")

CONFIG = """
domain = "acceptance"
state_dir = "state"

[swf]
backend = "engine"

[plugins]
enabled = ["images"]

[pools.image_decisions]
kind = "decider"
processes = 1

[pools.image_processing]
kind = "activity"
processes = 3
"""

PICTURES = [*list(photographs())[:12], *BAD]
HELD = "held.jpg"
"""One more photograph: the site holds it back longest, so that no run is over too early."""


@dataclass
class Site:
    """A web site that holds pictures back, so that an execution stays where a test wants it."""

    url: str = ""
    bodies: dict[str, bytes] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    begin: Event = field(default_factory=Event)
    """Lets all pictures go but the held one."""
    let_go: Event = field(default_factory=Event)
    """Lets the held one go."""

    @property
    def urls(self) -> list[str]:
        return [f"{self.url}/{name}" for name in [HELD, *PICTURES]]

    def hold(self):
        self.asked.clear()
        self.begin.clear()
        self.let_go.clear()

    def open(self):
        self.begin.set()
        self.let_go.set()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One site for all runs, so that their URLs and thereby their files have the same names."""
    here = Site(bodies={**pages(), HELD: list(photographs().values())[-1]})

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.lstrip("/")
            here.asked.add(name)
            (here.let_go if name == HELD else here.begin).wait(30)
            if name not in here.bodies:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(here.bodies[name])))
            self.end_headers()
            self.wfile.write(here.bodies[name])

        def log_message(self, format, *args):
            """Keep the test's output clean."""

        def handle(self):
            try:
                super().handle()
            except ConnectionError:
                """The worker that asked was killed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        here.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield here
        here.open()
        server.shutdown()
        thread.join()


@dataclass
class Demo:
    """One run of the demo on a state directory of the test."""

    home: Path
    id: str
    process: subprocess.Popen[str]

    @property
    def output(self) -> str:
        return (self.home / f"{self.id}.out").read_text()

    @property
    def folder(self) -> Path:
        return self.home / self.id

    def finish(self) -> str:
        """Wait for the end, which must be a good one."""
        assert self.process.wait(120) == 0, self.output + log(self.home)
        return self.output

    def summary(self) -> dict[str, tuple[str, str]]:
        """The printed table: picture -> (colour, file)."""
        rows = [row for row in self.output.splitlines() if row.startswith("│")]
        cells = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
        return {picture: (colour, file) for picture, colour, file in cells}

    def failed_downloads(self) -> int:
        """How many attempts to download failed, as the last line of progress says."""
        return int(re.findall(r"download \d+/\d+ \((\d+) failed\)", self.output)[-1])

    def files(self) -> dict[str, bytes]:
        """What lies in the folders named after colours."""
        sorted_ones = (path for path in self.folder.glob("*/*") if path.parent.name in COLOURS)
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in sorted_ones}

    def history(self) -> list[History]:
        """The execution's events; none before it began."""
        try:
            client = connect(str(self.home / "flowyd.toml"), None, None, None, None)
            return list(client.handle(self.id).history())
        except FlowyError:
            return []

    def steps(self) -> dict[str, Step]:
        """Where the execution is."""
        return steps(self.history())

    def status(self) -> dict[str, Any]:
        """What `flowyd status` shows."""
        command = [sys.executable, "-m", "flowyd", "status", "--json"]
        command += ["--config", str(self.home / "flowyd.toml")]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        return json.loads(said.stdout)

    def child(self, name: str) -> int | None:
        """The pid of the engine or the zygote."""
        return next(c["pid"] for c in self.status()["children"] if c["name"].startswith(name))

    def workers(self) -> list[dict[str, Any]]:
        """The activity workers, slot by slot."""
        pools = {pool["name"]: pool for pool in self.status()["pools"]}
        return pools["image_processing"]["workers"]


COLOURS = {"black", "grey", "white", "brown", "orange", "blue", "red", "green", "pink", "yellow"}


def log(home: Path) -> str:
    path = home / "state" / "demo.log"
    return path.read_text()[-4000:] if path.exists() else ""


@pytest.fixture(scope="module")
def launch(tmp_path_factory) -> Iterator[Callable[..., Demo]]:
    """Start the demo; what a test leaves running is ended."""
    started: list[Demo] = []
    # A run in the background ignores SIGINT, and so would what it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(home: Path, id: str, *options: str) -> Demo:
        (home / "flowyd.toml").write_text(CONFIG)
        command = [sys.executable, "-m", "flowy_images.demo", "--config", home / "flowyd.toml"]
        command += ["--id", id, "--folder", home / id, "--width", "640", *options]
        with (home / f"{id}.out").open("w") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "COLUMNS": "250"},
            )
        started.append(Demo(home, id, process))
        return started[-1]

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.process.terminate()
            demo.process.wait(60)


def eventually(condition: Callable[[], Any], within: float = 30) -> Any:
    """The condition's first true value; fails if none comes in time."""
    pause = Event()
    for _ in range(int(within / 0.02)):
        if found := condition():
            return found
        pause.wait(0.02)
    raise AssertionError(f"not within {within} s: {condition}")


def urls(site: Site) -> list[str]:
    """The options that name the site's pictures."""
    return [word for url in site.urls for word in ("--url", url)]


@pytest.fixture(scope="module")
def undisturbed(site, launch, tmp_path_factory) -> Demo:
    """A run in which nothing is killed."""
    site.open()
    demo = launch(tmp_path_factory.mktemp("undisturbed"), "first", *urls(site))
    demo.finish()
    return demo


def test_each_picture_lands_in_the_folder_of_its_colour(undisturbed):
    good = {n: told for n, told in undisturbed.summary().items() if told[0] != "error"}
    assert set(good) == {*PICTURES[:12], HELD}
    assert {file for _, file in good.values()} == set(undisturbed.files())
    assert all(file.startswith(f"{colour}/") for colour, file in good.values())


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        ("text.jpg", "NotAPicture: {}: not a picture"),
        ("missing.jpg", "DownloadFailed: {}: HTTP 404"),
        ("truncated.jpg", "BrokenPicture: {}: image file is truncated"),
    ],
)
def test_a_bad_url_is_a_clear_error_on_that_picture_only(undisturbed, site, picture, says):
    colour, error = undisturbed.summary()[picture]
    assert colour == "error"
    assert says.format(f"{site.url}/{picture}") in error


def test_a_second_run_on_the_same_state_works(undisturbed, launch):
    second = launch(undisturbed.home, "second", "--bad")
    assert "the pictures are in" in second.finish()
    assert set(second.summary()) == {*photographs(), *BAD}
    assert len(second.files()) >= 12


def kill_a_worker(demo, site):
    """After the first download began: its worker."""
    worker = eventually(lambda: downloading(demo))
    os.kill(worker["pid"], signal.SIGKILL)
    eventually(lambda: pids(demo).get(worker["slot"]) not in (None, worker["pid"]))


def kill_the_zygote(demo, site):
    """While colours are computed: the process that forks the workers, which live on."""
    workers, zygote = pids(demo), demo.child("zygote")
    site.begin.set()
    eventually(lambda: under_way(demo.steps()["PredominantColour"]))
    os.kill(zygote, signal.SIGKILL)
    eventually(lambda: demo.child("zygote") not in (None, zygote))
    assert pids(demo) == workers


def kill_the_engine(demo, site):
    """After half of the moves: the server that holds the history."""
    engine = demo.child("engine")
    site.begin.set()
    eventually(lambda: demo.steps()["MovePicture"].done >= len(PICTURES) // 2)
    os.kill(engine, signal.SIGKILL)
    eventually(lambda: demo.child("engine") not in (None, engine))


def downloading(demo):
    """The worker that downloads the first picture, which the site holds back; None before."""
    tasks = [event.attributes for event in demo.history() if event.type == "ActivityTaskScheduled"]
    at_work = [worker for worker in demo.workers() if worker["task"]]
    first = [w for w in at_work if w["task"]["activity_id"] == tasks[0].activity_id]
    return next(iter(first), None)


def pids(demo):
    """The activity workers' pids by slot."""
    return {worker["slot"]: worker["pid"] for worker in demo.workers()}


def under_way(step):
    return step.begun > step.done


@pytest.mark.parametrize(
    ("kill", "lost"), [(kill_a_worker, 1), (kill_the_zygote, 0), (kill_the_engine, 0)]
)
def test_a_kill_changes_nothing_in_the_summary(undisturbed, site, launch, tmp_path, kill, lost):
    site.hold()
    demo = launch(tmp_path, "disturbed", *urls(site))
    eventually(lambda: site.asked, within=60)
    kill(demo, site)
    assert demo.process.poll() is None, "the run was over before the kill"
    site.open()
    demo.finish()
    assert demo.summary() == undisturbed.summary()
    assert demo.files() == undisturbed.files()
    assert demo.failed_downloads() >= undisturbed.failed_downloads() + lost


def test_ctrl_c_stops_the_demo_and_its_flowyd(site, launch, tmp_path):
    site.hold()
    demo = launch(tmp_path, "interrupted", *urls(site))
    eventually(lambda: HELD in site.asked, within=60)
    flowyd = demo.status()["pid"]
    demo.process.send_signal(signal.SIGINT)
    site.open()
    assert demo.process.wait(60) == 130
    assert not Path(f"/proc/{flowyd}").exists()


def test_a_flowyd_that_runs_already_is_used_and_left_running(launch, tmp_path):
    (tmp_path / "flowyd.toml").write_text(CONFIG)
    with daemon.running(tmp_path / "flowyd.toml") as own:
        assert own
        demo = launch(tmp_path, "guest")
        assert "it ran already" in demo.finish()
        assert demo.status()["ready"]


def test_a_flowyd_that_does_not_start_is_told_with_its_reason(launch, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "CONFIG", CONFIG.replace("processes", "prosesses"))
    demo = launch(tmp_path, "broken")
    assert demo.process.wait(60) == 1
    assert "exit code 78" in demo.output
    assert "prosesses" in demo.output
