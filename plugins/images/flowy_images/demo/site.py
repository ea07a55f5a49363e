"""A web site on the loopback with the plugin's photographs, and with three bad pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any

BAD = ("text.jpg", "missing.jpg", "truncated.jpg")
"""No picture, a 404, a JPEG that ends in its middle."""

TEXT = b"<!doctype html><title>Sold out</title><p>There is no picture at this address.\n"


def photographs() -> dict[str, bytes]:
    """The photographs of this package: file name -> bytes, in alphabetical order."""
    folder = files("flowy_images") / "photographs"
    found = sorted((entry for entry in folder.iterdir()), key=lambda entry: entry.name)
    return {entry.name: entry.read_bytes() for entry in found if entry.name.endswith(".jpg")}


def pages() -> dict[str, bytes]:
    """What the site has: path -> bytes. `missing.jpg` is not there: that is what is bad of it."""
    good = photographs()
    whole = next(iter(good.values()))
    return {**good, "text.jpg": TEXT, "truncated.jpg": whole[: len(whole) // 2]}


@contextmanager
def serving(bodies: dict[str, bytes]) -> Iterator[str]:
    """Serve the bodies on a port that the kernel chooses; gives the site's URL."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.get(self.path.lstrip("/"))
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the terminal shows the progress."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
