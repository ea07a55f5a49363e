"""How texts cross to SWF and back: through codecs, and long ones through a payload store."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import msgspec

from flowy import forms, inputs, references
from flowy.codecs import PREFIX, Codec, Codecs
from flowy.errors import PayloadError, SerializationError
from flowy.payloads.store import Store
from flowy.references import Reference
from flowy.swf import decisions as d
from flowy.swf import limits
from flowy.swf.decisions import Decision
from flowy.swf.events import ActivityTaskFailed, Attributes, Event

LONGEST = 128 * 1024 * 1024
"""Characters of a text that a store takes."""
SHORTEST = 1_024
"""The smallest threshold: a reference and the meta beside it must be under it."""
CODED_BEAT = f'"heartbeat":"{PREFIX}'
"""In the details of a failure that was written for a dead worker."""
WRITTEN: dict[type[Decision], tuple[str, str]] = {
    d.ScheduleActivityTask: ("input", "input"),
    d.StartChildWorkflowExecution: ("input", "input"),
    d.ContinueAsNewWorkflowExecution: ("input", "input"),
    d.SignalExternalWorkflowExecution: ("input", "text"),
    d.RecordMarker: ("details", "text"),
    d.CompleteWorkflowExecution: ("result", "text"),
    d.CancelWorkflowExecution: ("details", "short"),
    d.FailWorkflowExecution: ("details", "failure"),
}
"""Which text of a decision crosses, and as what. AWS Lambda reads its input itself."""
READ = ("input", "result", "details", "execution_context")


class Payloads:
    """The store, the codecs and the threshold of one process.

    Texts of over `threshold` characters go to the store, once the codecs are through; without a
    store they are refused. A text that has crossed already stays as it is.
    """

    def __init__(
        self,
        store: Store | None = None,
        codecs: Codecs | Sequence[Codec] = (),
        threshold: int = limits.DATA,
    ) -> None:
        self.store = store
        self.codecs = codecs if isinstance(codecs, Codecs) else Codecs(codecs)
        self.threshold = min(max(threshold, SHORTEST), limits.DATA)

    @property
    def longest(self) -> int:
        """How many characters a text may have before it crosses."""
        return limits.DATA if self.store is None else LONGEST

    @property
    def expansion(self) -> float:
        """How many times as long a text may be once it has crossed, base64 and all."""
        return 1.5 if self.codecs.names else 1.0

    # Out -----------------------------------------------------------------------------------------

    def write(self, text: str | None) -> str | None:
        """A result, a signal, the details of a marker.

        Raises:
            SerializationError: if it is too long, and there is no store.
            ServiceUnreachable: if the store is down.
        """
        return text and self._crossed(text, self._stored)

    def write_input(self, text: str | None) -> str | None:
        """An input; of a long one the arguments go to the store, its meta stays readable.

        Raises:
            SerializationError: if it is too long, and there is no store.
            ServiceUnreachable: if the store is down.
        """
        return text and self._crossed(text, lambda long: inputs.refer_input(long, self._stored))

    def write_failure(self, details: str | None) -> str | None:
        """The details of a failure, cut until they fit: they never go to the store."""
        text, part = details or "", limits.DATA
        coded = self.codecs.encode(text) if text else text
        while len(coded) > limits.DATA:
            part //= 2
            text = forms.cut_failure(details or "", part)
            coded = self.codecs.encode(text)
        return coded if details is not None else None

    def write_short(self, text: str | None, most: int = limits.DATA) -> str | None:
        """Details of a heartbeat or a cancellation, for no store; None if they do not fit."""
        coded = text and self.codecs.encode(text)
        return coded if coded is None or len(coded) <= most else None

    def write_decision(self, decision: Decision) -> Decision:
        """A decision, its text ready to be sent.

        Raises:
            SerializationError: if that is too long, and there is no store.
            ServiceUnreachable: if the store is down.
        """
        name, kind = WRITTEN.get(type(decision), ("", ""))
        text = getattr(decision, name) if name else None
        if text is None:
            return decision
        writers: dict[str, Callable[[str | None], str | None]] = {
            "input": self.write_input,
            "text": self.write,
            "failure": self.write_failure,
            "short": self.write_short,
        }
        written = writers[kind](text)
        return decision if written is text else msgspec.structs.replace(decision, **{name: written})

    def write_context(self, context: str | None) -> str | None:
        """An executionContext; without the user's part where the whole does not fit."""
        if context is None or len(coded := self.codecs.encode(context)) <= limits.DATA:
            return context and coded
        return self.codecs.encode(forms.write_context(forms.read_context(context)))

    # In ------------------------------------------------------------------------------------------

    def read(self, text: str | None) -> str | None:
        """The text before the codecs, with its references unopened.

        Raises:
            PayloadError: for an unknown codec, a wrong key, or a broken text.
        """
        return self.codecs.decode(text) if text and text.startswith(PREFIX) else text

    def read_event(self, event: Event) -> Event:
        """An event with its texts before the codecs.

        Raises:
            PayloadError: as `read` does, with the event's number.
        """
        attributes = event.attributes
        for name in texts_in(type(attributes)):  # for each event of each history: no more than this
            text = getattr(attributes, name)
            if text and text.startswith(PREFIX):
                return self._decoded(event)
        if type(attributes) is ActivityTaskFailed and CODED_BEAT in (attributes.details or ""):
            return self._decoded(event)
        return event

    def load(self, wanted: Sequence[Reference]) -> Mapping[str, str]:
        """The texts of references, by hash.

        Raises:
            PayloadError: if one is missing, or not what its reference says.
            ServiceUnreachable: if the store is down.
        """
        return {reference.sha256: self._loaded(reference) for reference in wanted}

    def open(self, text: str | None) -> str | None:
        """A text, decoded and with all its references opened, also those inside of others.

        Raises:
            PayloadError, ServiceUnreachable, SerializationError: where that cannot be done.
        """
        text = self.read(text)
        while text and (found := references.find(text)):
            text = references.fill(text, self.load(found))
        return text

    # ---------------------------------------------------------------------------------------------

    def _crossed(self, text: str, store: Callable[[str], str]) -> str:
        coded = self.codecs.encode(text)
        if len(coded) <= self.threshold:
            return coded
        if self.store is not None:
            return self.codecs.encode(store(text))
        if len(coded) <= limits.DATA:
            return coded
        told = f"a text of {len(text):,} characters has {len(coded):,} once its codecs are through"
        raise SerializationError(told, hint="configure a payload store")

    def _decoded(self, event: Event) -> Event:
        attributes = event.attributes
        try:
            plain = {
                name: self.read(getattr(attributes, name)) for name in texts_in(type(attributes))
            }
            if isinstance(attributes, ActivityTaskFailed):
                plain["details"] = self._with_heartbeat(plain["details"])
        except PayloadError as error:
            told = f"event {event.id}: {error.message}"
            raise PayloadError(told, hint=error.hint) from error
        return msgspec.structs.replace(
            event, attributes=msgspec.structs.replace(attributes, **plain)
        )

    def _with_heartbeat(self, details: str | None) -> str | None:
        """Details of a failure, the heartbeat's in them decoded as well.

        Who answers for a dead worker has no codecs: it passes on what was ready to be sent.
        """
        if details is None or CODED_BEAT not in details:
            return details
        known = forms.failure_parts(details)
        coded = known.get("heartbeat")
        if coded is None or not coded.startswith(PREFIX):
            return details
        return json.dumps({**known, "heartbeat": self.read(coded)})

    def _stored(self, text: str) -> str:
        assert self.store is not None  # noqa: S101  # _crossed looked
        key = references.key_of(text)
        uri = self.store.put(key, self.codecs.encode(text).encode())
        return references.write(Reference(key, len(text.encode()), uri))

    def _loaded(self, reference: Reference) -> str:
        if self.store is None:
            told = f"the payload {reference} is wanted, and there is no payload store"
            raise PayloadError(told, hint="configure the store that it was put into")
        data = self.store.get(reference.sha256)
        try:
            text = self.codecs.decode(data.decode())
        except UnicodeDecodeError as error:
            raise damaged(reference) from error
        if references.key_of(text) != reference.sha256:
            raise damaged(reference)
        return text


def texts_of(event: Event) -> list[str]:
    """The texts of an event that may hold references."""
    attributes = event.attributes
    return [text for name in texts_in(type(attributes)) if (text := getattr(attributes, name))]


@cache
def texts_in(kind: type[Attributes]) -> tuple[str, ...]:
    """The names of an event type's texts: most types have none, which makes them cheap."""
    return tuple(name for name in READ if name in kind.__struct_fields__)


def damaged(reference: Reference) -> PayloadError:
    """The error for a payload that somebody changed."""
    hint = "its bytes in the store were changed, or cut"
    return PayloadError(f"the payload {reference} is not what its hash says", hint=hint)
