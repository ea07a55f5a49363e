"""All forms that one process knows, by who brought them: a type, a plugin, the daemon, a hint."""

from collections.abc import Iterable

from flowy.converter import Converter
from flowy.errors import OptionError, RegistrationError
from flowy.swf import limits
from flowy.tags import Form


class Vocabulary:
    """The forms of a registry, and the converter that they make.

    Where two write one type, the one of an activity or workflow (`converter=`) does before the one
    of a plugin (`flowy_converter`), that before the daemon's, and an annotation's comes last. All
    of them are read. `expansion` is how many times as long codecs may make a text.
    """

    def __init__(self) -> None:
        self.extra: tuple[Form, ...] = ()
        self._own: tuple[Form, ...] = ()
        self._hinted: tuple[Form, ...] = ()
        self._longest = limits.DATA
        self.expansion = 1.0
        self.converter = Converter()

    def learn(self, own: Iterable[Form], hinted: Iterable[Form] = ()) -> None:
        """Take the forms of a type's converter, and of its annotations.

        Raises:
            RegistrationError: for a tag that two types claim.
        """
        self._set(tuple(dict.fromkeys((*self._own, *own))), self.extra)
        taken = {form.tag for form in self.converter.forms}
        self._hinted += tuple(form for form in hinted if form.tag not in taken)
        self._set(self._own, self.extra)

    def add(self, forms: Iterable[Form]) -> None:
        """Take the forms of a plugin, or of the daemon after all plugins.

        Raises:
            RegistrationError: for a tag that two types claim.
        """
        self._set(self._own, tuple(dict.fromkeys((*self.extra, *forms))))

    def allow(self, longest: int, expansion: float = 1.0) -> None:
        """Let texts have so many characters; codecs may make them `expansion` times as long."""
        self._longest, self.expansion = longest, expansion
        self._set(self._own, self.extra)

    def _set(self, own: tuple[Form, ...], extra: tuple[Form, ...]) -> None:
        claimed = {form.tag for form in (*own, *extra)}
        hinted = tuple(form for form in self._hinted if form.tag not in claimed)
        whole = dict.fromkeys((*own, *extra, *hinted))
        try:
            self.converter = Converter(*whole, longest=self._longest)
        except OptionError as error:
            raise RegistrationError(error.message, hint=error.hint) from error
        self._own, self.extra = own, extra
