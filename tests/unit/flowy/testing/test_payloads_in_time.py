"""Long texts, encrypted texts and values of many types, through a whole workflow."""

import dataclasses
import enum
import json
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet as Key

from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.codecs import Gzip, Zlib
from flowy.converter import Converter
from flowy.encryption import Fernet
from flowy.errors import ExecutionFailed, ServiceUnreachable
from flowy.payloads import DirectoryStore
from flowy.swf import limits
from flowy.swf.events import ActivityTaskScheduled, TimerStarted
from flowy.tags import Form
from flowy.testing import ActivityEnvironment, Environment, ExecutionParked

MEGABYTE = 1_000_000
SECRET = "the plain text"


@activity("Grow", 1, "work")
def grow(text, times):
    return text * times


@activity("Size", 1, "work")
def size(text):
    return len(text)


@workflow("Big", 1, "decisions")
class Big(Workflow):
    grow = ActivityProxy(grow)
    size = ActivityProxy(size)

    def run(self, text, times):
        grown = self.grow(text, times)
        sizes = [self.size(grown), self.size([text, grown])]
        return [grown, len(grown.result()), *sizes]


@pytest.fixture
def store(tmp_path):
    return DirectoryStore(tmp_path / "payloads")


def test_a_megabyte_goes_through_a_workflow_as_argument_and_as_result(store):
    with Environment(payload_store=store) as env:
        handle = env.start(Big, "x" * MEGABYTE, 2)
        grown, length, first, second = handle.result()
        env.run(Big, "y" * MEGABYTE, 1)  # replayed in another process

        events = env.history(handle)
    assert (len(grown), length, first, second) == (2 * MEGABYTE, 2 * MEGABYTE, 2 * MEGABYTE, 2)
    texts = [getattr(event.attributes, "input", None) or "" for event in events]
    assert max(map(len, texts)) < 1_000


def test_without_a_store_a_long_argument_says_what_to_configure():
    with Environment() as env, pytest.raises(Exception, match="configure a payload store"):
        env.run(Big, "x" * MEGABYTE, 1)


def test_an_activitys_long_result_without_a_store_fails_it_with_the_reason():
    with Environment() as env, pytest.raises(ExecutionFailed, match=r"100,002 characters"):
        env.run(Big, "x", 100_000)


def test_the_engine_never_holds_the_plain_text_of_what_is_encrypted(store):
    codecs = [Zlib(), Fernet([Key.generate_key().decode()])]
    with Environment(payload_store=store, codecs=codecs) as env:
        handle = env.start(Big, SECRET, 5_000)
        assert handle.result()[1] == 5_000 * len(SECRET)
        told = json.dumps(raw_history(env, handle))
    assert SECRET not in told
    assert "flowy1:fernet:" in told
    assert "flowy1:zlib+fernet:" in told
    assert SECRET.encode() not in b"".join(
        path.read_bytes() for path in store.root.rglob("*") if path.is_file()
    )


def raw_history(env, handle):
    """What the engine itself has."""
    client = env.client()
    found = client.get_workflow_execution_history(
        domain=env.domain, execution={"workflowId": handle.id, "runId": handle.run_id}
    )
    return json.loads(json.dumps(found["events"], default=str))


def test_a_failure_of_an_encrypted_activity_is_cut_and_read_again():
    @activity("Fail", 1, "work")
    def failing():
        raise ValueError(SECRET * 10_000)

    @workflow("Failing", 1, "decisions")
    class Failing(Workflow):
        fail = ActivityProxy(failing)

        def run(self):
            return self.fail().result()

    with Environment(codecs=[Fernet([Key.generate_key().decode()])]) as env:
        handle = env.start(Failing)
        with pytest.raises(ExecutionFailed, match=SECRET):
            handle.result()
        assert SECRET not in json.dumps(raw_history(env, handle))


def test_what_was_written_by_another_codec_is_read_after_a_change(store):
    with Environment(codecs=[Gzip()], payload_store=store) as env:
        handle = env.start(Big, "x" * 9_000, 1)
        env.advance(0)
        env.payloads.codecs = type(env.payloads.codecs)([Zlib()])
        assert handle.result()[1] == 9_000


def test_a_wrong_key_parks_the_execution_and_says_so():
    with Environment(codecs=[Fernet([Key.generate_key().decode()])]) as env:
        handle = env.start(Big, "x", 1)
        env.payloads.codecs = type(env.payloads.codecs)([Fernet([Key.generate_key().decode()])])
        with pytest.raises(ExecutionParked, match="no key decrypts"):
            handle.result()


def test_a_missing_payload_parks_the_decider_and_names_it(store):
    with Environment(payload_store=store) as env:
        handle = env.start(Big, "x" * 50_000, 1)
        for path in store.root.glob("*/*"):
            path.unlink()
        with pytest.raises(ExecutionParked, match="is not in"):
            handle.result()


def test_a_missing_payload_fails_the_activity_with_the_reason(store):
    @workflow("Late", 1, "decisions")
    class Late(Workflow):
        grow = ActivityProxy(grow)
        size = ActivityProxy(size)

        def run(self):
            grown = self.grow("x", 50_000)
            self.sleep(60).result()
            return self.size(grown).result()

    with Environment(payload_store=store) as env:
        handle = env.start(Late)
        env.advance(30)
        for path in store.root.glob("*/*"):
            path.unlink()
        with pytest.raises(ExecutionFailed, match=r"PayloadError.*is not in"):
            handle.result()


class Down:
    """A store that is down for a while."""

    def __init__(self, store):
        self.store, self.down = store, 0

    def __getattr__(self, name):
        if self.down:
            self.down -= 1
            raise ServiceUnreachable("PayloadStore", "is down")
        return getattr(self.store, name)


def test_a_store_that_is_down_makes_an_activity_wait(store):
    down = Down(store)
    with Environment(payload_store=down) as env:
        handle = env.start(Big, "x", 50_000)
        with env.replace("Grow", lambda text, times: setattr(down, "down", 3) or text * times):
            assert handle.result()[1] == 50_000
    assert down.down == 0


def test_a_store_that_is_down_parks_the_decider_until_it_is_back(store):
    down = Down(store)
    with Environment(payload_store=down) as env:
        handle = env.start(Big, "x" * 50_000, 1)
        down.down = 2
        env.advance(300)
        assert handle.result()[1] == 50_000
        waits = [e for e in env.history(handle) if isinstance(e.attributes, TimerStarted)]
    assert [w.attributes.start_to_fire_timeout for w in waits] == ["15", "30"]


@pytest.mark.parametrize("sticky", [True, False])
def test_what_cannot_be_stored_now_is_decided_again_once_the_store_is_back(store, sticky):
    down = Down(store)

    @workflow("Late", 1, "decisions")
    class Late(Workflow):
        size = ActivityProxy(size)

        def run(self):
            small = self.size("x").result()
            return small + self.size("x" * 50_000).result()

    with Environment(payload_store=down, sticky=sticky) as env:
        handle = env.start(Late)
        down.down = 2
        env.advance(300)
        assert handle.result() == 50_001
        waits = [e for e in env.history(handle) if isinstance(e.attributes, TimerStarted)]
    assert [w.attributes.start_to_fire_timeout for w in waits] == ["15", "30"]


@dataclasses.dataclass(frozen=True)
class Line:
    article: str
    count: int = 1


class State(enum.Enum):
    OPEN = 1
    PAID = 2


@dataclasses.dataclass(frozen=True)
class Order:
    placed: datetime
    lines: list[Line]
    state: State = State.OPEN


@activity("Pay", 1, "work")
def pay(order: Order) -> Order:
    assert isinstance(order, Order)
    return dataclasses.replace(order, state=State.PAID)


@workflow("Shop", 1, "decisions")
class Shop(Workflow):
    pay = ActivityProxy(pay)

    def run(self, order: Order) -> list[Order]:
        return [order, self.pay(order).result()]


def test_dataclasses_and_enums_that_annotations_name_go_through_a_workflow():
    order = Order(datetime(2026, 1, 2, tzinfo=UTC), [Line("pen", 2)])
    with Environment() as env:
        assert env.run(Shop, order) == [order, dataclasses.replace(order, state=State.PAID)]


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    __hash__ = None


POINT = Form("point", Point, lambda p: [p.x, p.y], lambda v: Point(*v))


def test_a_converter_of_a_type_or_of_the_environment_knows_more_types():
    def mirrored(point):
        return Point(-point.x, point.y)

    def run(self, point):
        return self.mirror(point).result()

    own = activity("Mirror", 1, "work", converter=Converter(POINT))(mirrored)
    body = {"run": run, "mirror": ActivityProxy(own)}
    by_type = workflow("Mirrored", 1, "decisions")(type("Mirrored", (Workflow,), body))
    with Environment(activities=[own], workflows=[by_type], converter=Converter(POINT)) as env:
        assert env.run(by_type, Point(1, 2)) == Point(-1, 2)
    with Environment(activities=[own], workflows=[by_type]) as env:
        handle = env.start(by_type, Point(3, 4))
        assert handle.result() == Point(-3, 4)
        scheduled = [
            e for e in env.history(handle) if isinstance(e.attributes, ActivityTaskScheduled)
        ]
    assert '{"$flowy":"point","v":[3,4]}' in scheduled[0].attributes.input


def test_texts_of_swfs_length_need_no_store():
    with Environment() as env:
        assert env.run(Big, "x" * (limits.DATA // 3), 1)[1] == limits.DATA // 3


def test_an_activity_alone_gets_and_gives_what_it_is_annotated_with():
    order = Order(datetime(2026, 1, 2, tzinfo=UTC), [Line("pen", 2)])

    assert ActivityEnvironment().run(pay, order).state is State.PAID
    assert '"PAID"' in ActivityEnvironment().answer(pay, order).result


class Counting(Zlib):
    """A codec that counts what it reads."""

    decoded = 0

    def decode(self, data):
        self.decoded += 1
        return super().decode(data)


@workflow("Row", 1, "decisions")
class Row(Workflow):
    size = ActivityProxy(size)

    def run(self, text, times):
        return sum(self.size(text).result() for _ in range(times))


def test_the_codecs_of_a_kept_execution_read_each_event_once():
    def decoded(times):
        codec = Counting()
        with Environment(codecs=[codec]) as env:
            assert env.start(Row, "x" * 2_000, times).result() == 2_000 * times
        return codec.decoded

    # The input that a decider and those that activities read; a window brings no event twice.
    assert decoded(40) - decoded(20) == 2 * (decoded(20) - decoded(10))
    assert decoded(40) <= 3 * 40


def test_as_many_long_arguments_as_there_are_go_out_in_one_decision(store):
    @workflow("Many", 1, "decisions")
    class Many(Workflow):
        size = ActivityProxy(size)

        def run(self, text):
            calls = [self.size(text + str(number)) for number in range(10)]
            return [call.result() for call in calls]

    with Environment(payload_store=store) as env:
        handle = env.start(Many, "x" * 200_000)
        assert handle.result() == [200_001] * 10
        timers = [e for e in env.history(handle) if isinstance(e.attributes, TimerStarted)]
    assert timers == []


def test_an_answer_of_encrypted_texts_stays_under_swfs_megabyte():
    @workflow("Wide", 1, "decisions")
    class Wide(Workflow):
        size = ActivityProxy(size)

        def run(self, text):
            return sum(call.result() for call in [self.size(text) for _ in range(60)])

    with Environment(codecs=[Fernet([Key.generate_key().decode()])]) as env:
        handle = env.start(Wide, "x" * 20_000)
        assert handle.result() == 60 * 20_000
        timers = [e for e in env.history(handle) if isinstance(e.attributes, TimerStarted)]
    assert len(timers) == 2, "1.6 MB need a third answer at the most"
