"""Codecs: texts compressed and encrypted, and read again whatever wrote them."""

import base64
import zlib
from pathlib import Path

import pytest
from cryptography.fernet import Fernet as Key
from hypothesis import given
from hypothesis import strategies as st

from flowy import codecs as module
from flowy.codecs import Codecs, Gzip, Zlib
from flowy.encryption import Fernet, read_keys
from flowy.errors import PayloadError

GOLDEN = Path(__file__).parents[2] / "replay" / "formats"
KEY, OTHER = (Key.generate_key().decode() for _ in range(2))
GOLDEN_KEY = "YSBrZXkgdGhhdCBhbnlib2R5IG1heSBrbm93ISEhISE="
LONG = '{"text":"' + "all work and no play " * 40 + '"}'
texts = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize("name", ["zlib", "gzip", "fernet"])
def test_what_a_release_wrote_is_read_for_ever(name):
    text = (GOLDEN / f"codec_{name}.txt").read_text().rstrip("\n")

    assert text.startswith(f"flowy1:{name}:")
    assert Codecs(known=[Fernet([GOLDEN_KEY])]).decode(text) == LONG


@given(texts, st.lists(st.sampled_from([Zlib(), Gzip(), Fernet([KEY])]), max_size=4))
def test_each_text_comes_back_through_any_row_of_codecs(text, row):
    coded = Codecs(row).encode(text)

    assert Codecs(known=[Fernet([KEY])]).decode(coded) == (
        text if not text.startswith("flowy1:") else Codecs(known=row).decode(text)
    )
    assert Codecs(row).encode(coded) == coded or not coded.startswith("flowy1:")


def test_the_codecs_names_stand_in_the_order_in_which_they_wrote():
    coded = Codecs([Zlib(), Fernet([KEY])]).encode(LONG)

    assert coded.startswith("flowy1:zlib+fernet:")
    assert len(coded) < len(LONG)


def test_what_compression_does_not_shorten_stays_as_it_is():
    assert Codecs([Zlib()]).encode("[1]") == "[1]"
    assert Codecs([Zlib(), Fernet([KEY])]).encode("[1]").startswith("flowy1:fernet:")


def test_a_text_that_is_coded_is_not_coded_again():
    once = Codecs([Zlib()]).encode(LONG)

    assert Codecs([Zlib(), Fernet([KEY])]).encode(once) == once


def test_encrypted_texts_differ_each_time_and_hold_nothing_of_the_plain_one():
    first, second = (Codecs([Fernet([KEY])]).encode("secret") for _ in range(2))

    assert first != second
    assert b"secret" not in base64.b64decode(first.rpartition(":")[2])


def test_keys_are_rotated_by_putting_the_new_one_first():
    old = Codecs([Fernet([OTHER])]).encode("text")
    rotated = Codecs([Fernet([KEY, OTHER])])

    assert rotated.decode(old) == "text"
    assert Codecs([Fernet([KEY])]).decode(rotated.encode("text")) == "text"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("flowy1:rot13:YQ==", "rot13.*known here: zlib, gzip"),
        ("flowy1:zlib:YWJj", "broken"),
        ("flowy1:zlib:!", "broken"),
        ("flowy1:", "unknown here|broken"),
        ("flowy1:zlib:" + base64.b64encode(zlib.compress(b"\xff")).decode(), "broken"),
        ("flowy1:zlib:" + base64.b64encode(zlib.compress(b"x" * 99)[:-5]).decode(), "cut short"),
    ],
)
def test_what_cannot_be_decoded_says_why(text, told):
    with pytest.raises(PayloadError, match=told):
        Codecs().decode(text)


def test_a_wrong_key_is_told_and_the_key_is_not():
    with pytest.raises(PayloadError, match="no key decrypts") as caught:
        Codecs([Fernet([KEY])]).decode(Codecs([Fernet([OTHER])]).encode("text"))
    assert KEY not in f"{caught.value}{Fernet([KEY])!r}"


@pytest.mark.parametrize("keys", [[], ["short"], [KEY, "no key"]])
def test_what_is_no_key_is_refused_with_a_way_to_make_one(keys):
    with pytest.raises(PayloadError) as caught:
        Fernet(keys)
    assert "urandom" in caught.value.hint
    assert "no key\n" not in str(caught.value)


def test_a_compressed_text_cannot_fill_memory(monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 10_000)
    bomb = base64.b64encode(zlib.compress(b"0" * 10_000_000)).decode()

    with pytest.raises(PayloadError, match="over 10,000"):
        Codecs().decode(f"flowy1:zlib:{bomb}")


def test_keys_come_from_a_file_and_from_the_environment(tmp_path):
    file = tmp_path / "keys"
    file.write_text(f"# the new one\n{KEY}\n\n")

    assert read_keys(file, "FLOWY_KEYS", {"FLOWY_KEYS": f"{OTHER}, {KEY} # old"}) == [
        KEY,
        OTHER,
        KEY,
    ]
    with pytest.raises(PayloadError, match="cannot be read"):
        read_keys(tmp_path / "none", None, {})
    with pytest.raises(PayloadError, match="FLOWY_KEYS"):
        read_keys(None, "FLOWY_KEYS", {})
