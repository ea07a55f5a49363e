"""How texts cross: references for long ones, codecs for all, and back to what they were."""

import dataclasses
import json

import pytest
from cryptography.fernet import Fernet as Key
from hypothesis import given
from hypothesis import strategies as st

from flowy import forms, inputs, references
from flowy.codecs import Zlib
from flowy.converter import Converter
from flowy.encryption import Fernet
from flowy.errors import PayloadError, SerializationError
from flowy.payloads import Payloads
from flowy.payloads.store import Stored, missing
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf import limits
from flowy.swf.values import TypeId
from flowy.tags import Form

KEY = Key.generate_key().decode()
TYPE = TypeId("T", "1")


class Memory(dict):
    """A store in memory."""

    def put(self, key, data):
        self[key] = data
        return f"memory:{key[:8]}"

    def get(self, key):
        if key not in self:
            raise missing(key, "memory")
        return self[key]

    def list(self):
        return (Stored(key, len(data), 0) for key, data in self.items())

    def delete(self, key):
        self.pop(key, None)


@dataclasses.dataclass
class Box:
    content: object


FORMS = Converter(Form.of(Box), longest=10**9)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.integers() | texts | st.binary() | st.builds(Box, texts),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner) | st.builds(Box, inner),
    max_leaves=8,
)


@given(values, st.integers(0, 3_000), st.booleans(), st.booleans())
def test_each_value_comes_back_through_converter_codecs_and_store(value, more, packed, secret):
    codecs = [Zlib()] * packed + [Fernet([KEY])] * secret
    payloads = Payloads(Memory(), codecs, threshold=1_024)
    text = forms.write_result([value, "x" * more], FORMS)
    written = payloads.write(text)

    assert len(written) <= 1_024
    assert forms.read_result(payloads.open(written), FORMS) == [value, "x" * more]
    assert payloads.write(written) == written, "what has crossed stays as it is"


@given(values, st.integers(0, 3_000), st.booleans())
def test_each_input_comes_back_and_is_compared_without_the_store(value, more, secret):
    payloads = Payloads(Memory(), [Fernet([KEY])] * secret, threshold=1_024)
    arguments = forms.write_arguments((value,), {"more": "x" * more}, FORMS)
    text = forms.write_input(arguments, forms.Meta(attempt=3), longest=FORMS.longest)
    recorded = payloads.read(payloads.write_input(text))
    given_back = forms.read_input(payloads.open(recorded), FORMS)

    assert (given_back.args, given_back.kwargs) == ([value], {"more": "x" * more})
    assert given_back.meta.attempt == inputs.read_meta(recorded).attempt == 3
    assert inputs.same_arguments(recorded, arguments)


def test_the_same_text_has_the_same_reference_whatever_the_codecs():
    store = Memory()
    plain, secret = Payloads(store), Payloads(store, [Fernet([KEY])])
    text = json.dumps("x" * 40_000)

    assert references.find(plain.write(text))[0].sha256 == references.key_of(text)
    assert references.find(secret.read(secret.write(text))) == references.find(plain.write(text))


def test_a_payload_that_was_changed_is_refused():
    store = Memory()
    written = Payloads(store).write(json.dumps("x" * 40_000))
    for key in store:
        store[key] = store[key].replace(b"xx", b"yy", 1)

    with pytest.raises(PayloadError, match="not what its hash says"):
        Payloads(store).open(written)
    store[key] = b"\xff"
    with pytest.raises(PayloadError, match="not what its hash says"):
        Payloads(store).open(written)


def test_what_compresses_well_needs_no_store():
    written = Payloads(codecs=[Zlib()]).write(json.dumps("x" * 40_000))

    assert written.startswith("flowy1:zlib:")


def test_what_grows_over_the_limit_by_its_codecs_says_so():
    with pytest.raises(SerializationError, match=r"configure a payload store"):
        Payloads(codecs=[Fernet([KEY])]).write(json.dumps("x" * 32_000))


def test_without_a_store_a_reference_is_named():
    written = Payloads(Memory()).write(json.dumps("x" * 40_000))

    with pytest.raises(PayloadError, match="no payload store"):
        Payloads().open(written)


@pytest.mark.parametrize("text", ["x", "é\n\x00" * 12_000])
def test_a_failure_is_cut_until_its_encrypted_form_fits(text):
    payloads = Payloads(Memory(), [Fernet([KEY])])
    failure = forms.write_failure("shop.Full", text * 5_000, text * 5_000, "7")
    written = payloads.write_failure(failure.details)

    assert len(written) <= limits.DATA
    assert json.loads(payloads.read(written))["heartbeat"] == "7"
    assert payloads.write_failure(None) is None
    assert len(payloads.write_failure("no json " * 4_000)) <= limits.DATA


def test_details_of_a_heartbeat_that_do_not_fit_are_left_out():
    payloads = Payloads(Memory(), [Fernet([KEY])])

    assert payloads.read(payloads.write_short("7", 2_048)) == "7"
    assert payloads.write_short("x" * 2_000, 2_048) is None
    assert payloads.write_short(None, 2_048) is None


LONG = json.dumps("x" * 40_000)
INPUT = forms.write_input(forms.write_arguments(("x" * 40_000,), {}), longest=10**6)


@pytest.mark.parametrize(
    "decision",
    [
        d.ScheduleActivityTask(activity_id="a", activity_type=TYPE, input=INPUT),
        d.StartChildWorkflowExecution(workflow_id="c", workflow_type=TYPE, input=INPUT),
        d.ContinueAsNewWorkflowExecution(input=INPUT),
        d.SignalExternalWorkflowExecution(workflow_id="w", signal_name="s", input=LONG),
        d.RecordMarker(marker_name="m", details=LONG),
        d.CompleteWorkflowExecution(result=LONG),
        d.CancelWorkflowExecution(details='"why"'),
        d.FailWorkflowExecution(reason="r", details=LONG),
    ],
)
def test_the_text_of_each_decision_crosses(decision):
    written = Payloads(Memory(), [Fernet([KEY])]).write_decision(decision)
    texts = [getattr(written, name, None) for name in ("input", "details", "result")]

    (text,) = [text for text in texts if text]
    assert text.startswith("flowy1:fernet:")
    assert len(text) <= limits.DATA


def test_what_aws_lambda_reads_is_left_alone():
    task = d.ScheduleLambdaFunction(id="l", name="f", input='{"a":1}')

    assert Payloads(Memory(), [Fernet([KEY])]).write_decision(task) == task


def test_an_event_is_read_before_its_codecs_and_names_itself_where_that_fails():
    payloads = Payloads(Memory(), [Fernet([KEY])])
    attributes = e.WorkflowExecutionCompleted(
        result=payloads.write("1"), decision_task_completed_event_id=4
    )

    assert payloads.read_event(e.Event(7, 0, attributes)).attributes.result == "1"
    with pytest.raises(PayloadError, match=r"event 7: .*'fernet'"):
        Payloads().read_event(e.Event(7, 0, attributes))


def test_events_without_a_coded_text_are_not_touched():
    event = e.Event(1, 0, e.TimerFired(timer_id="t", started_event_id=3))

    assert Payloads().read_event(event) is event


def test_a_context_that_grows_too_long_loses_the_users_part_and_not_ours():
    payloads = Payloads(Memory(), [Fernet([KEY])])
    context = forms.write_context(forms.Context(core=1, kept_back=2), json.dumps("x" * 30_000))

    read = payloads.read(payloads.write_context(context))
    assert forms.read_context(read) == forms.Context(core=1, kept_back=2)
    assert payloads.write_context(None) is None


def test_the_details_that_somebody_without_keys_passed_on_for_a_dead_worker_are_read():
    payloads = Payloads(codecs=[Fernet([KEY])])
    beat = payloads.write_short('{"page":7}', limits.HEARTBEAT_DETAILS)
    failure = forms.write_failure(forms.WORKER_LOST, "the worker died", heartbeat=beat)
    event = e.Event(9, 0, e.ActivityTaskFailed(5, 6, failure.details, failure.reason))
    read = payloads.read_event(event).attributes

    assert "page" not in failure.details
    assert json.loads(read.details) == {"message": "the worker died", "heartbeat": '{"page":7}'}
    assert forms.read_failure(read.reason, read.details).details == {"page": 7}


def test_what_a_failure_says_of_heartbeats_by_chance_is_left_alone():
    details = json.dumps({"message": 'no "heartbeat":"flowy1:x"'}, separators=(",", ":"))
    event = e.Event(9, 0, e.ActivityTaskFailed(5, 6, details, "Failed"))
    assert Payloads().read_event(event) == event
