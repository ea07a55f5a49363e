"""Which keys open the engine, and which addresses need none."""

from pathlib import Path

import pytest

from flowy.engine.credentials import (
    ACCESS_KEY,
    SECRET_KEY,
    CredentialsError,
    check_exposure,
    credentials_of,
    read_credentials,
)


def test_all_profiles_of_the_file_count(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text(
        "[default]\naws_access_key_id = A\naws_secret_access_key = s%/\n"
        "[other]\naws_access_key_id=B\naws_secret_access_key=t\n[role]\nregion=x\n"
    )
    assert read_credentials(path) == {"A": "s%/", "B": "t"}


@pytest.mark.parametrize("text", [None, "", "hidden = secret", "[a]\naws_access_key_id = A\n"])
def test_file_without_keys_is_refused_and_not_quoted(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "credentials"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CredentialsError) as caught:
        read_credentials(path)
    assert "hidden" not in str(caught.value)


def test_environment_holds_one_pair_or_none() -> None:
    assert credentials_of({ACCESS_KEY: "A", SECRET_KEY: "s"}) == {"A": "s"}
    assert credentials_of({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}) == {}
    with pytest.raises(CredentialsError):
        credentials_of({ACCESS_KEY: "A"})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_credentials(host: str) -> None:
    check_exposure(host, guarded=False, insecure=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org"])
def test_other_addresses_need_credentials_or_a_word(host: str) -> None:
    with pytest.raises(CredentialsError):
        check_exposure(host, guarded=False, insecure=False)
    check_exposure(host, guarded=True, insecure=False)
    check_exposure(host, guarded=False, insecure=True)
