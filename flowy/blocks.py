"""Blocks of workflow code: one context manager for `with` and `async with`."""

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType


class Block(AbstractContextManager[None], AbstractAsyncContextManager[None]):
    """A context manager that serves plain and async code alike; entering it never waits."""

    def __init__(self, inner: AbstractContextManager[None]) -> None:
        self._inner = inner

    def __enter__(self) -> None:
        self._inner.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inner.__exit__(kind, error, trace)

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)
