"""A web server for pictures, good and bad, on a port that the kernel chooses."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread

import pytest

PHOTOGRAPHS = files("flowy_images") / "photographs"


class Pictures(BaseHTTPRequestHandler):
    """Answers /NAME.jpg with a photograph, and a few paths with what can go wrong."""

    def do_GET(self):
        whole = (PHOTOGRAPHS / "china.jpg").read_bytes()
        match self.path:
            case "/text.jpg":
                self.answer(b"<html>no picture here</html>")
            case "/truncated.jpg":
                self.answer(whole[: len(whole) // 2])
            case "/cut.jpg":
                self.answer(whole[:100], promised=len(whole))
            case "/missing.jpg":
                self.send_error(404)
            case path:
                self.answer((PHOTOGRAPHS / path.lstrip("/")).read_bytes())

    def answer(self, body, promised=None):
        self.send_response(200)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Keep the test's output clean."""


@pytest.fixture
def site() -> Iterator[str]:
    """The server's URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
