"""The directory store: whole files under their hash, and nothing outside of its root."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowy.errors import PayloadError, ServiceUnreachable
from flowy.payloads import DirectoryStore
from flowy.payloads.store import path_of
from flowy.references import key_of

KEY = key_of("a text")


@pytest.fixture
def store(tmp_path):
    return DirectoryStore(tmp_path / "payloads")


def test_what_was_put_is_there_again_for_another_process(store):
    uri = store.put(KEY, b"bytes")

    assert DirectoryStore(store.root).get(KEY) == b"bytes"
    assert uri == f"dir://{store.root}/{KEY[:2]}/{KEY}"


def test_bytes_that_are_put_again_replace_the_others_and_count_as_new(store):
    store.put(KEY, b"old")
    path = store.root / path_of(KEY)
    os.utime(path, (1, 1))
    store.put(KEY, b"new")

    (found,) = store.list()
    assert (store.get(KEY), found.key, found.size) == (b"new", KEY, 3)
    assert found.at > 1_000_000


def test_other_users_may_not_read_payloads(store):
    store.put(KEY, b"bytes")

    for path in (store.root, *store.root.rglob("*")):
        assert not path.stat().st_mode & stat.S_IRWXO, path


def test_a_missing_payload_is_named(store):
    store.put(key_of("another"), b"")
    with pytest.raises(PayloadError, match=KEY):
        store.get(KEY)


def test_a_root_that_is_gone_is_a_store_that_is_down(store):
    with pytest.raises(ServiceUnreachable):
        store.get(KEY)
    with pytest.raises(ServiceUnreachable):
        DirectoryStore(store.root / "no" / "parent").put(KEY, b"")


@pytest.mark.parametrize(
    "key", ["", "..", "../../etc/passwd", "/etc/passwd", "a" * 63, "A" * 64, f"{KEY}/", f"{KEY}\n"]
)
def test_only_a_hash_is_a_key(store, key):
    with pytest.raises(PayloadError, match="no key"):
        store.get(key)
    with pytest.raises(PayloadError, match="no key"):
        store.put(key, b"")


@given(st.text())
def test_no_text_makes_a_path_that_leaves_the_root(text):
    try:
        path = path_of(text)
    except PayloadError:
        return
    assert path == f"{text[:2]}/{text}"
    assert set(path) <= set("0123456789abcdef/")


def test_links_are_not_followed_wherever_they_lead(store, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("not yours")
    (store.root / KEY[:2]).mkdir(parents=True)
    (store.root / path_of(KEY)).symlink_to(secret)
    with pytest.raises(PayloadError, match="link"):
        store.get(KEY)
    with pytest.raises(PayloadError, match="link"):
        store.put(KEY, b"over it")
    assert secret.read_text() == "not yours"


def test_a_link_in_the_place_of_a_directory_is_not_followed(store, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    store.root.mkdir()
    (store.root / KEY[:2]).symlink_to(elsewhere)
    for act in (lambda: store.put(KEY, b""), lambda: store.get(KEY), lambda: store.delete(KEY)):
        with pytest.raises(PayloadError, match="link"):
            act()
    assert list(elsewhere.iterdir()) == []


def test_a_root_that_is_a_link_is_the_operators_own_business(store, tmp_path):
    (tmp_path / "link").symlink_to(store.root)
    store.root.mkdir()
    DirectoryStore(tmp_path / "link").put(KEY, b"bytes")

    assert store.get(KEY) == b"bytes"


def test_a_writer_that_dies_leaves_the_old_bytes_and_a_file_to_remove(store, monkeypatch):
    store.put(KEY, b"old")

    def die(_descriptor):
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", die)
        with pytest.raises(ServiceUnreachable, match="power cut"):
            store.put(KEY, b"new and longer")
    assert store.get(KEY) == b"old"
    left = [found.key for found in store.list() if found.key != KEY]
    assert len(left) == 1

    store.delete(left[0])
    assert [found.key for found in store.list()] == [KEY]


def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_error(store):
    store.put(KEY, b"bytes")
    store.delete(KEY)
    store.delete(KEY)

    assert list(store.list()) == []
