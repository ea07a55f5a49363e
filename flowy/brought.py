"""What plugins bring besides types: forms of values, codecs, a payload store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flowy.codecs import Codec
from flowy.converter import Converter
from flowy.errors import RegistrationError
from flowy.payloads.store import Store
from flowy.vocabulary import Vocabulary


@dataclass(slots=True)
class Brought:
    """What all plugins brought: their codecs, and the one store that one of them may give."""

    codecs: list[Codec] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)

    @property
    def store(self) -> Store | None:
        """The store, if a plugin gave one."""
        return self.stores[0] if self.stores else None

    def take(self, call: Callable[[str], list[Any]], vocabulary: Vocabulary) -> Iterator[str]:
        """Take what one plugin brings; yields what is wrong with it.

        `call` calls one of its hooks by name: the answers, none where it has no such hook.
        """
        for converter in call("flowy_converter"):
            yield from taken(converter, vocabulary)
        for codecs in call("flowy_codecs"):
            self.codecs += codecs
        for store in call("flowy_payload_store"):
            if self.stores:
                yield "flowy_payload_store: another plugin gives a payload store already"
            else:
                self.stores.append(store)


def taken(converter: object, vocabulary: Vocabulary) -> Iterator[str]:
    """Take the forms of a plugin's converter."""
    if not isinstance(converter, Converter):
        yield f"flowy_converter returned {converter!r}, no Converter"
        return
    try:
        vocabulary.add(converter.forms)
    except RegistrationError as error:
        yield f"flowy_converter: {error}"
