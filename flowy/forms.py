"""The recorded forms: how inputs, results, failures and contexts are written into a history.

A form that has been released is never changed, since histories outlive releases: each has a golden
file in `tests/replay/formats/`. Times inside are integer milliseconds.
"""

import json
import traceback
from typing import Any

import msgspec
from msgspec import Struct

from flowy import references
from flowy.converter import PLAIN, SURE, Converter, decode, encode
from flowy.errors import SerializationError, TaskError, TaskFailed, TaskLost
from flowy.references import Unopened
from flowy.swf import limits
from flowy.tags import TAG

TERMINATED = "flowy.Terminated"
"""Somebody terminated the child execution, or a child policy did."""
WORKER_LOST = "flowy.WorkerLost"
"""The worker died while it ran the task."""
WORKER_SHUTDOWN = "flowy.WorkerShutdown"
"""The worker was stopped while it ran the task."""
NOT_BEGUN = "flowy.NotBegun"
"""The task arrived at a worker that was draining; nothing was run."""
UNKNOWN_TYPE = "flowy.UnknownType"
"""The task arrived at a worker that has no plugin for it; nothing was run."""


USER_CONTEXT = 30_000
"""Characters of the user's part of executionContext: SWF takes 32,768, the rest is ours."""


class Meta(Struct, frozen=True, omit_defaults=True):
    """What flowy tells the other side about a task; absent when empty, never compared in replay.

    `heartbeat` and `start_to_close` are the effective time-outs in milliseconds (0: never),
    `attempt` counts from 1, `details` are the last heartbeat's of the attempt before. `trace` is
    the starter's text, `tags` are the execution's. `signals` are those that the run before did not
    read: name and text of each.
    """

    heartbeat: int | None = None
    start_to_close: int | None = None
    attempt: int = 1
    details: str | None = None
    trace: str = ""
    tags: tuple[str, ...] = ()
    signals: tuple[tuple[str, str | None], ...] = ()


class Input(Struct, frozen=True):
    """The arguments of a task or an execution, as values."""

    args: list[Any]
    kwargs: dict[str, Any]
    meta: Meta


class Failure(Struct, frozen=True):
    """SWF's two texts for a failure: the remote type, and JSON details."""

    reason: str
    details: str


class Context(Struct, frozen=True, omit_defaults=True):
    """What a decision leaves in `executionContext` under the key "flowy".

    `core` is the number of the rules that the execution began with, `kept_back` how many decisions
    its answer kept back for lack of room, `parked` why it was parked (empty: it was not), `held`
    how many decisions of each type wait until open tasks end.
    """

    core: int = 0
    kept_back: int = 0
    parked: str = ""
    held: dict[str, int] = {}  # msgspec copies it


def write_arguments(
    args: tuple[Any, ...], kwargs: dict[str, Any], converter: Converter = PLAIN
) -> str:
    """The input form without its end: `{"$flowy":1,"args":[…],"kwargs":{…}`. Replay compares this.

    Raises:
        SerializationError: naming the argument that has no JSON form.
    """
    plain = {
        TAG: 1,
        "args": [
            value if type(value) in SURE else converter.plain(value, f"args[{n}]")
            for n, value in enumerate(args)
        ],
        "kwargs": {key: converter.plain(value, key) for key, value in kwargs.items()},
    }
    return encode(plain, "the arguments")[:-1]


def write_input(arguments: str, meta: Meta | None = None, longest: int = limits.DATA) -> str:
    """The whole input form, from what `write_arguments` gave.

    Raises:
        SerializationError: when the text has more than `longest` characters.
    """
    told = msgspec.json.encode(meta).decode() if meta else "{}"
    text = arguments + ("}" if told == "{}" else f',"meta":{told}}}')
    return fitting(text, "the input", longest)


def read_input(text: str | None, converter: Converter = PLAIN) -> Input:
    """The arguments in any input: our form, a JSON array of args, an object of kwargs, or a text.

    Raises:
        SerializationError: for our form when its values cannot be read.
    """
    try:
        data = json.loads(text) if text else []
    except ValueError:
        return Input([text], {}, Meta())
    if isinstance(data, dict) and data.get(TAG) == 1:
        return read_form(data, converter)
    if isinstance(data, list):
        return Input(converter.untag(data, "input"), {}, Meta())
    if isinstance(data, dict):
        return Input([], converter.untag(data, "input"), Meta())
    return Input([text], {}, Meta())


def read_form(data: dict[str, Any], converter: Converter) -> Input:
    """Our own input form, already parsed.

    Raises:
        SerializationError: when a part of it is missing or not of its shape.
    """
    try:
        meta = msgspec.convert(data.get("meta", {}), Meta)
        given = data.get("arguments", data)  # once they were in a payload store
        args, kwargs = list(given.get("args", [])), dict(given.get("kwargs", {}))
    except (msgspec.ValidationError, TypeError, ValueError, AttributeError) as error:
        raise SerializationError(f"not flowy's input form: {error}", where="input") from error
    return Input(
        [converter.untag(value, f"args[{n}]") for n, value in enumerate(args)],
        {key: converter.untag(value, key) for key, value in kwargs.items()},
        meta,
    )


def write_result(value: Any, converter: Converter = PLAIN) -> str:
    """The result form: plain JSON.

    Raises:
        SerializationError: for a value without a JSON form, or a text that is too long.
    """
    return fitting(converter.dumps(value, "the result"), "the result", converter.longest)


def write_signal(value: Any, converter: Converter = PLAIN) -> str | None:
    """The form of a signal's value: plain JSON, and no text at all for None.

    Raises:
        SerializationError: for a value without a JSON form, or a text that is too long.
    """
    if value is None:
        return None
    said = "the signal's value"
    return fitting(converter.dumps(value, said), said, converter.longest)


def read_result(text: str | None, converter: Converter = PLAIN) -> Any:
    """The value of a result; no result is None, a text that is no JSON is itself.

    One with references to a payload store is an `Unopened`.

    Raises:
        SerializationError: for an unknown tag, or a value that is not of its tag's form.
    """
    if not text:
        return None
    if references.find(text):
        return Unopened(text)
    try:
        data = decode(text)
    except ValueError:
        return text
    return converter.untag(data, "the result")


def write_failure(
    reason: str, message: str, trace: str = "", heartbeat: str | None = None
) -> Failure:
    """The failure form, cut to SWF's lengths and never refused; the trace keeps its end."""
    part = limits.DATA
    while True:
        known = {"message": message[:part], "traceback": trace[-part:], "heartbeat": heartbeat}
        details = encode(clean(known), "details")
        if len(details) <= limits.DATA:
            return Failure(reason[: limits.REASON], details)
        part //= 2  # JSON's escapes make a text up to six times as long: no formula is better


def cut_failure(details: str, part: int) -> str:
    """Details of a failure with at most so many characters of each of its parts."""
    known, most = failure_parts(details), max(part, 1)
    beat = known.get("heartbeat", "")
    return encode(
        clean(
            {
                "message": known.get("message", "")[:most],
                "traceback": known.get("traceback", "")[-most:],
                "heartbeat": beat if len(beat) <= most else None,  # half of one is no value
            }
        ),
        "details",
    )


def clean(known: dict[str, str | None]) -> dict[str, str]:
    """The parts that say something; half characters, which UTF-8 cannot carry, are replaced."""
    return {k: v.encode(errors="replace").decode() for k, v in known.items() if v}


def failure_of(error: BaseException) -> Failure:
    """The failure form of an exception that a task ended with."""
    if isinstance(error, TaskFailed):  # passed on: the first cause is what people look for
        return write_failure(error.remote_type, error.remote_message, error.traceback)
    trace = "".join(traceback.format_exception(error))
    return write_failure(type_name(type(error)), str(error), trace)


def type_name(kind: type[BaseException]) -> str:
    """The name that an exception type has as a remote type."""
    builtin = kind.__module__ == "builtins"
    return kind.__qualname__ if builtin else f"{kind.__module__}.{kind.__qualname__}"


def read_failure(reason: str | None, details: str | None) -> TaskError:
    """The error that a recorded failure means in workflow code."""
    known = failure_parts(details)
    message, trace = known.get("message", ""), known.get("traceback", "")
    heartbeat = read_result(known.get("heartbeat"))
    if reason in (WORKER_LOST, WORKER_SHUTDOWN):
        return TaskLost(message or reason, heartbeat)
    return TaskFailed(reason or "Failed", message, trace, heartbeat)


def failure_parts(details: str | None) -> dict[str, str]:
    """The parts of recorded details by name; a foreign text is a message."""
    try:
        known = json.loads(details or "{}")
    except ValueError:
        known = None
    if not isinstance(known, dict):
        return {"message": details or ""}
    return {key: str(part) for key, part in known.items()}


def write_context(context: Context, user: str = "") -> str:
    """The executionContext form: `{"flowy": {…}, "context": the user's}`, whose JSON text is given.

    It always fits: the reason why an execution is parked is cut to what the user left.
    """
    room = limits.DATA - len(user) - 200  # for the frame, core and kept_back
    while True:
        ours = encode(msgspec.to_builtins(context), "context") if context.parked else own(context)
        if len(ours) <= room or not context.parked:
            return f'{{"flowy":{ours},"context":{user}}}' if user else f'{{"flowy":{ours}}}'
        context = msgspec.structs.replace(
            context, parked=context.parked[: len(context.parked) // 2]
        )


def own(context: Context) -> str:
    """A context of numbers as text: the same, in a third of the time."""
    return msgspec.json.encode(context).decode()


class _Said(Struct, frozen=True):
    flowy: Context = Context()


_read_context = msgspec.json.Decoder(_Said).decode


def read_context(text: str | None) -> Context:
    """Our part of an executionContext; another program's context reads as an empty one."""
    try:
        return _read_context(text or "{}").flowy
    except msgspec.MsgspecError:
        return Context()


def read_user_context(text: str | None, converter: Converter = PLAIN) -> Any:
    """The user's part of an executionContext; None if there is none, or another program wrote it.

    Raises:
        SerializationError: for a value that cannot be read.
    """
    said = user_context(text)
    return converter.loads(said, "the context") if said else None


def user_context(text: str | None) -> str:
    """The user's part of an executionContext as it was written, or an empty text."""
    try:
        data = json.loads(text or "{}")
    except ValueError:
        return ""
    said = data.get("context") if isinstance(data, dict) and "flowy" in data else None
    return "" if said is None else encode(said, "the context")


def write_effect_failure(error: Exception) -> str:
    """What a marker keeps of a side effect that failed; of others it keeps the result form."""
    failure = failure_of(error)
    known, part = failure_parts(failure.details), limits.DATA
    while True:
        message, trace = known.get("message", "")[:part], known.get("traceback", "")[-part:]
        tagged = {TAG: "failure", "v": [failure.reason, message, trace]}
        text = encode(tagged, "a side effect")
        if len(text) <= limits.DATA:
            return text
        part //= 2


def read_effect(text: str | None, converter: Converter = PLAIN) -> Any:
    """The recorded value of a side effect, or the error that it ended with; maybe `Unopened`."""
    if references.find(text):
        return Unopened(text or "")
    data = json.loads(text or "null")
    if isinstance(data, dict) and data.get(TAG) == "failure":
        return TaskFailed(*data["v"])
    return converter.untag(data, "a side effect")


def fitting(text: str, what: str, longest: int = limits.DATA) -> str:
    """The text, if it has at most `longest` characters.

    Raises:
        SerializationError: with the length and the limit.
    """
    if len(text) <= longest:
        return text
    if longest > limits.DATA:
        told = f"{what} has {len(text):,} characters, the payload store takes {longest:,}"
        raise SerializationError(told, hint="store it elsewhere and pass where it is")
    raise SerializationError(
        f"{what} has {len(text):,} characters, SWF takes {longest:,}",
        hint="configure a payload store, or store it elsewhere and pass where it is",
    )
