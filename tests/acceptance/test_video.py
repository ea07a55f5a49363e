"""The video plugin as a person runs it: flowyd in the foreground, all else by `flowy`."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flowy_video import avi
from PIL import Image

EXAMPLE = Path(__file__).parents[2] / "plugins" / "video" / "flowyd.example.toml"


class Host:
    """A worker host with the example configuration."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        text = EXAMPLE.read_text().partition("[web]")[0]
        (directory / "flowyd.toml").write_text(text)
        with (directory / "log").open("wb") as log:
            self.daemon = subprocess.Popen(
                [sys.executable, "-m", "flowyd", "dev"], cwd=directory, stdout=log, stderr=log
            )

    def flowy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flowy", *arguments],
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def start(self, arguments: str, id: str) -> None:
        """Start an execution, as soon as the daemon has registered the types."""
        deadline = time.monotonic() + 60
        while True:
            done = self.flowy("start", "ProcessUploadedVideo", arguments, "--id", id)
            if done.returncode == 0:
                return
            assert time.monotonic() < deadline, f"{done.stderr}\n{self.log}"

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()

    def wait_for(self, pattern: str) -> Path:
        """Wait for a file."""
        deadline = time.monotonic() + 60
        while not (found := list(self.directory.glob(pattern))):
            assert time.monotonic() < deadline, self.log
        return found[0]

    def close(self) -> int:
        self.daemon.send_signal(signal.SIGTERM)
        try:
            return self.daemon.wait(60)
        finally:
            self.daemon.kill()


@pytest.fixture
def host(tmp_path):
    made = Host(tmp_path)
    yield made
    assert made.close() == 0, made.log


def film(path):
    header = avi.Header(1_000_000, 0, 64, 48)
    Image.new("RGB", (64, 48), (200, 30, 30)).save(path.with_suffix(".jpg"), "JPEG")
    pictures = [path.with_suffix(".jpg").read_bytes()] * 4
    with path.open("wb") as file:
        list(avi.write(file, header, pictures))


def test_an_upload_is_prepared_and_approved_while_a_bad_one_fails_alone(host):
    film(host.directory / "-film.avi")
    (host.directory / "bad.avi").write_bytes(b"<html>")
    source = f'"source": "{host.directory}/-film.avi", "folder": "{host.directory}/out"'
    host.start(f'{{{source}, "approval": true}}', "good")
    host.start(f'{{"source": "{host.directory}/bad.avi", "folder": "{host.directory}/out"}}', "bad")
    token = host.wait_for("out/*/approval.token").read_text()
    assert host.flowy("complete", token).returncode == 0
    good = host.flowy("result", "good")
    assert good.returncode == 0, f"{good.stderr}\n{host.log}"
    assert '"approved": true' in good.stdout
    bad = host.flowy("result", "bad")
    assert bad.returncode != 0
    assert "bad.avi" in bad.stderr + bad.stdout
    assert list(host.directory.glob("out/*film*/video.*"))
