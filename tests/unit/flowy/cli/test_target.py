import pytest

from flowy.cli.configuration import TargetError
from flowy.cli.target import Target, resolve

NOTHING = Target()


def toml(directory, text, name="flowyd.toml"):
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def engine(directory, url="http://127.0.0.1:4711", state="state"):
    (directory / state).mkdir()
    (directory / state / "engine.url").write_text(f"{url}\n")
    return url


def test_options_beat_the_environment_which_beats_the_file(tmp_path):
    toml(tmp_path, 'domain = "filed"\n[swf]\nbackend = "aws"\nregion = "eu-west-1"\n')
    environ = {"FLOWY_DOMAIN": "environed", "FLOWY_ENDPOINT_URL": "http://environed"}
    options = Target(domain="said")
    assert resolve(options, None, environ, tmp_path) == Target(
        "said", "http://environed", "eu-west-1"
    )
    assert resolve(NOTHING, None, environ, tmp_path).domain == "environed"
    assert resolve(NOTHING, None, {}, tmp_path) == Target("filed", None, "eu-west-1")


def test_the_engines_url_is_what_flowyd_wrote_into_its_state_directory(tmp_path):
    toml(tmp_path, 'domain = "d"\nstate_dir = "kept"\n[swf]\nbackend = "engine"\n')
    url = engine(tmp_path, state="kept")
    assert resolve(NOTHING, None, {}, tmp_path) == Target("d", url)


def test_the_engine_is_the_backend_and_state_the_directory_of_a_file_that_says_neither(tmp_path):
    toml(tmp_path, 'domain = "d"\n')
    url = engine(tmp_path)
    assert resolve(NOTHING, None, {}, tmp_path) == Target("d", url)


def test_an_engine_that_does_not_run_is_told_with_what_to_do(tmp_path):
    toml(tmp_path, 'domain = "d"\n')
    with pytest.raises(TargetError, match="does not run") as caught:
        resolve(NOTHING, None, {}, tmp_path)
    assert "start flowyd" in caught.value.hint
    assert resolve(Target(endpoint_url="http://x"), None, {}, tmp_path).endpoint_url == "http://x"


def test_the_environment_of_flowyd_beats_its_file(tmp_path):
    toml(tmp_path, 'domain = "d"\n')
    environ = {"FLOWYD_DOMAIN": "other", "FLOWYD_STATE_DIR": "kept"}
    url = engine(tmp_path, state="kept")
    assert resolve(NOTHING, None, environ, tmp_path) == Target("other", url)
    aws = {"FLOWYD_SWF_BACKEND": "aws", "FLOWYD_SWF_REGION": "eu-west-1"}
    assert resolve(NOTHING, None, aws, tmp_path) == Target("d", None, "eu-west-1")


def test_a_file_is_named_by_option_or_environment_and_its_directory_counts(tmp_path):
    (tmp_path / "conf").mkdir()
    toml(tmp_path / "conf", 'domain = "named"\n', "images.toml")
    url = engine(tmp_path / "conf")
    for config, environ in [
        ("conf/images.toml", {}),
        (None, {"FLOWYD_CONFIG": str(tmp_path / "conf/images.toml")}),
    ]:
        assert resolve(NOTHING, config, environ, tmp_path) == Target("named", url)


@pytest.mark.parametrize(
    ("text", "told"),
    [("domain =", "is not TOML"), ("swf = 1", "swf must be a table"), (None, "cannot be read")],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, text, told):
    if text is not None:
        toml(tmp_path, text, "x.toml")
    with pytest.raises(TargetError, match=told):
        resolve(NOTHING, "x.toml", {}, tmp_path)


def test_a_domain_must_come_from_somewhere(tmp_path):
    with pytest.raises(TargetError, match="no domain is given") as caught:
        resolve(NOTHING, None, {}, tmp_path)
    assert "--domain" in caught.value.hint
    assert resolve(Target("d"), None, {}, tmp_path) == Target("d")


def test_the_key_of_the_daemons_engine_comes_along(tmp_path):
    toml(tmp_path, 'domain = "d"\nstate_dir = "st"\n')
    engine(tmp_path, state="st")
    keys = "[default]\naws_access_key_id = A\naws_secret_access_key = S\n"
    (tmp_path / "st" / "engine.credentials").write_text(keys)

    assert resolve(Target(), None, {}, tmp_path).credentials == ("A", "S")
