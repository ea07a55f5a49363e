"""What comes of good and bad URLs."""

import socket

import pytest
from flowy_images import pictures
from flowy_images.activities import download
from flowy_images.errors import BrokenPicture, DownloadFailed, NotAPicture
from flowy_images.fetching import fetch


def test_a_photograph_arrives_byte_by_byte(site):
    assert pictures.suffix(fetch(f"{site}/china.jpg"), "china") == ".jpg"


@pytest.mark.parametrize(
    ("path", "error", "says"),
    [
        ("missing.jpg", DownloadFailed, "HTTP 404"),
        ("text.jpg", NotAPicture, "not a picture"),
        ("truncated.jpg", BrokenPicture, "truncated"),
        ("cut.jpg", DownloadFailed, "ended after 100 of"),
    ],
)
def test_a_bad_url_is_one_clear_error_that_names_it(site, tmp_path, path, error, says):
    with pytest.raises(error, match=says) as caught:
        download(f"{site}/{path}", str(tmp_path))
    assert f"{site}/{path}" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_this_host_is_not_downloaded(tmp_path):
    (tmp_path / "secret").write_text("s")
    with pytest.raises(DownloadFailed, match="only http and https"):
        fetch(f"file://{tmp_path}/secret")


def test_a_larger_file_than_allowed_is_refused(site):
    with pytest.raises(DownloadFailed, match="larger than 1000 bytes"):
        fetch(f"{site}/china.jpg", limit=1000)


def test_a_download_that_takes_too_long_is_given_up(site):
    with pytest.raises(DownloadFailed, match="too slow"):
        fetch(f"{site}/china.jpg", patience=-1)


def test_a_server_that_is_not_there_is_a_clear_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DownloadFailed, match="refused"):
        fetch(f"http://127.0.0.1:{port}/a.jpg")
