"""Settings of payloads: what they mean, and what is wrong with them."""

import pytest
from cryptography.fernet import Fernet as Key

from flowy.errors import OptionError, PayloadError
from flowy.payloads import DirectoryStore, PayloadSettings
from flowy.payloads.s3 import S3Store
from flowy.payloads.stores import named_converter, open_payloads, open_store, part_of

TEXT = '"' + "text " * 10_000 + '"'


class Reverse:
    """A plugin's codec."""

    name = "reverse"

    def encode(self, data):
        return data[::-1]

    decode = encode


def test_settings_name_a_store_codecs_and_a_file_of_keys(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text(Key.generate_key().decode())
    settings = PayloadSettings(
        f"dir://{tmp_path}/payloads", 2_000, ("zlib", "fernet"), keys_file=str(keys)
    )
    payloads = open_payloads(settings, "shop", {})
    written = payloads.write(TEXT)

    assert payloads.codecs.names == ("zlib", "fernet")
    assert written.startswith("flowy1:zlib+fernet:")
    assert payloads.open(written) == TEXT


def test_keys_come_from_a_variable_and_read_where_nothing_is_encrypted_any_more():
    environ = {"KEYS": Key.generate_key().decode()}
    before = open_payloads(PayloadSettings(codecs=("fernet",), keys_env="KEYS"), "d", environ)
    after = open_payloads(PayloadSettings(keys_env="KEYS"), "d", environ)

    assert after.open(before.write('"x"')) == '"x"'
    assert after.write('"x"') == '"x"'


def test_a_plugins_codec_writes_where_it_is_named_and_reads_in_any_case():
    named = open_payloads(PayloadSettings(codecs=("reverse",)), "d", {}, [Reverse()])
    known = open_payloads(PayloadSettings(), "d", {}, [Reverse()])

    assert named.write('"abc"').startswith("flowy1:reverse:")
    assert known.open(named.write('"abc"')) == '"abc"'
    assert known.write('"abc"') == '"abc"'


def test_a_plugins_store_is_used_where_none_is_named(tmp_path):
    own = DirectoryStore(tmp_path)

    assert open_payloads(PayloadSettings(), "d", {}, (), own).store is own
    named = PayloadSettings(store=f"dir://{tmp_path}/named")
    assert open_payloads(named, "d", {}, (), own).store.root == tmp_path / "named" / "d"


@pytest.mark.parametrize(
    ("settings", "error", "told"),
    [
        (PayloadSettings(codecs=("rot13",)), OptionError, "rot13.*known: zlib, gzip"),
        (PayloadSettings(codecs=("fernet",)), PayloadError, "no key"),
        (PayloadSettings(codecs=("fernet",), keys_file="/no/file"), PayloadError, "/no/file"),
        (PayloadSettings(codecs=("fernet",), keys_env="NONE"), PayloadError, "NONE"),
        (PayloadSettings(store="ftp://host/x"), OptionError, "ftp"),
        (PayloadSettings(store="dir://host/x"), OptionError, "dir:///PATH"),
        (PayloadSettings(store="dir:x"), OptionError, "dir:///PATH"),
        (PayloadSettings(store="s3:///x"), OptionError, "s3://BUCKET"),
        (PayloadSettings(store="s3://b/x?acl=public"), OptionError, "acl"),
    ],
)
def test_what_is_wrong_is_told(settings, error, told):
    with pytest.raises(error, match=told):
        open_payloads(settings, "d", {})


def test_a_bucket_and_its_prefix_are_read_from_the_uri():
    store = open_store("s3://bucket/some/prefix?region=eu-west-1", "shop.eu")

    assert isinstance(store, S3Store)
    assert (store.bucket, store.prefix) == ("bucket", "some/prefix/shop%2Eeu")


@pytest.mark.parametrize("domain", ["..", ".", "a/../../b", "", "a b", "ä", "%2E"])
def test_a_domain_is_one_part_of_a_path_and_never_another_ones(domain):
    part = part_of(domain)

    assert "/" not in part
    assert "." not in part
    assert part != part_of(domain + "x")


@pytest.mark.parametrize("name", ["json:dumps", "no_such_module:x", "json:none", "json", ""])
def test_a_converter_that_is_none_is_told(name):
    with pytest.raises(OptionError, match="onverter"):
        named_converter(name)
    assert named_converter("flowy.converter:PLAIN").forms == ()
