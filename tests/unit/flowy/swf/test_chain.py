"""Credentials that nobody looks for before the first request."""

from botocore.credentials import Credentials

from flowy.swf.chain import LateChain
from flowy.swf.connection import open_session


def test_the_chain_is_asked_by_the_first_look_and_once():
    asked = []

    def load():
        asked.append(1)
        return Credentials("key", "secret", "token")

    credentials = LateChain(load, None).load_credentials()
    name = credentials.get_deferred_property("access_key")
    assert asked == []
    assert name() == "key"
    assert credentials.get_frozen_credentials() == ("key", "secret", "token", None)
    assert asked == [1]


def test_where_there_are_none_the_others_count():
    assert LateChain(lambda: None, None).load_credentials().get_frozen_credentials() is None
    given = LateChain(lambda: None, Credentials("a", "b")).load_credentials()
    assert given.get_frozen_credentials().access_key == "a"


def test_keys_that_are_given_are_taken_as_they_are():
    session = open_session("eu-west-1", None, ("mine", "secret"), loopback=False)
    assert session.get_credentials().access_key == "mine"
