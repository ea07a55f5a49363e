"""What deciders have loaded is not loaded again."""

import pytest

from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.errors import PayloadError
from flowy.payloads.directory import DirectoryStore
from flowy.references import Reference
from flowy.testing import Environment
from flowy.worker.remembered import Remembered


@activity("Long", 1, "long")
def long():
    return "x" * 50_000


@activity("Short", 1, "long")
def short(number):
    return number


@workflow("Reads", 1, "long")
class Reads(Workflow):
    long = ActivityProxy(long)
    short = ActivityProxy(short)

    def run(self):
        size = len(self.long().result())
        return [size, *(self.short(number).result() for number in range(5))]


class Store(DirectoryStore):
    """A store with a note of what was read."""

    read = 0

    def get(self, key):
        self.read += 1
        return super().get(key)


class Source:
    """A store of texts by hash, with a note of what was loaded."""

    def __init__(self, **texts):
        self.texts, self.loaded = texts, []

    def __call__(self, wanted):
        self.loaded += [reference.sha256 for reference in wanted]
        missing = [r for r in wanted if r.sha256 not in self.texts]
        if missing:
            raise PayloadError(f"no {missing[0]}")
        return {reference.sha256: self.texts[reference.sha256] for reference in wanted}


def refs(*keys):
    return [Reference(key, 1, f"dir:{key}") for key in keys]


def test_a_text_is_loaded_once():
    source = Source(a="1", b="2")
    load = Remembered(source)

    assert load(refs("a")) == {"a": "1"}
    assert load(refs("a", "b", "a")) == {"a": "1", "b": "2"}
    assert load(refs("a", "b")) == {"a": "1", "b": "2"}
    assert source.loaded == ["a", "b"]


def test_the_text_that_was_not_wanted_for_the_longest_time_makes_room():
    source = Source(a="1" * 20, b="2" * 20, c="3" * 20, d="4" * 20, e="5" * 21)
    load = Remembered(source, room=80)
    for key in "abcda":
        load(refs(key))

    load(refs("e"))  # too much of the room: not remembered
    load(refs("e"))
    source.texts["f"] = "6" * 20
    load(refs("f"))

    source.loaded.clear()
    load(refs("a", "c", "d", "f"))
    assert source.loaded == []
    load(refs("b"))
    assert source.loaded == ["b"]


def test_what_cannot_be_loaded_is_asked_for_again():
    source = Source()
    load = Remembered(source)
    with pytest.raises(PayloadError):
        load(refs("a"))

    source.texts["a"] = "1"

    assert load(refs("a")) == {"a": "1"}


def test_cold_replays_read_a_payload_from_the_store_once(tmp_path):
    store = Store(tmp_path)
    with Environment(payload_store=store, sticky=False) as env:
        assert env.start(Reads).result() == [50_000, 0, 1, 2, 3, 4]

    assert store.read == 1
