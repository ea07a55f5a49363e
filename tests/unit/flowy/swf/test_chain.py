"""Credentials that nobody looks for before the first request."""

import pytest
from botocore.credentials import Credentials

from flowy.errors import ServiceUnreachable
from flowy.swf.chain import LateChain
from flowy.swf.client import SWFClient
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


def test_warming_up_asks_nobody_and_leaves_the_client_as_it_was(monkeypatch):
    monkeypatch.setattr(LateChain, "load_credentials", lambda _: Asked())
    client = SWFClient("d", endpoint_url="http://127.0.0.1:1", region="eu-west-1")
    client.warm()
    assert Asked.times == 0
    with pytest.raises(ServiceUnreachable):
        client.poll_activity("list", "me")
    assert Asked.times == 1


class Asked(Credentials):
    """Credentials that count who asks for them."""

    times = 0

    def __init__(self):
        super().__init__("key", "secret")

    def get_frozen_credentials(self):
        Asked.times += 1
        return super().get_frozen_credentials()
