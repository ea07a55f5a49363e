"""What type checkers see of workflow code: each `assert_type` is a promise."""

from collections.abc import Coroutine
from typing import Any, assert_type

from flowy import (
    Activity,
    ActivityProxy,
    Placeholder,
    Workflow,
    WorkflowProxy,
    activity,
    finish_order,
    first,
    gather,
    parallel_reduce,
    wait,
    workflow,
)


@activity("Thumbnails", 1, "images")
def thumbnails(source: str, width: int = 128) -> list[str]:
    return [f"{source}@{width}"]


@activity("Transcode", 1, "videos")
class Transcode(Activity):
    def run(self, source: str) -> str:
        self.heartbeat(1)
        return source


@activity("Count", 1, "images")
def count(pictures: list[str]) -> int:
    return len(pictures)


@activity("Add", 1, "images")
def add(one: int, two: int) -> int:
    return one + two


assert_type(thumbnails("a"), list[str])  # the decorator keeps the signature
assert_type(ActivityProxy("Named", 1), ActivityProxy[..., Any])


@workflow("Child", 1, "uploads")
class Child(Workflow):
    def run(self, source: str) -> bytes:
        return source.encode()


@workflow("Upload", 1, "uploads")
class Upload(Workflow):
    thumbnails = ActivityProxy(thumbnails, retry=5, delay=10)
    transcode = ActivityProxy(Transcode)
    count = ActivityProxy(count)
    add = ActivityProxy(add)
    named = ActivityProxy("Named", 1)
    child = WorkflowProxy(Child)

    def run(self, source: str) -> int:
        thumbs = self.thumbnails(source, width=64)
        assert_type(thumbs, Placeholder[list[str]])
        assert_type(thumbs.result(), list[str])
        assert_type(thumbs.later, list[str])
        assert_type(self.transcode(source), Placeholder[str])
        assert_type(self.count(thumbs.later), Placeholder[int])
        assert_type(self.named(1, 2, three=thumbs), Placeholder[Any])
        assert_type(self.child(source).result(), bytes)
        return self.combined(source)

    def combined(self, source: str) -> int:
        path, limit = self.transcode(source), self.sleep(60)
        assert_type(gather(path, path), Placeholder[list[str]])
        both = [self.count([source]), self.count([])]
        assert_type(gather(*both).result(), list[int])
        assert_type(first(*both), Placeholder[int])
        assert_type(first(path, limit), Placeholder[str] | Placeholder[None])
        wait(path, limit)
        for done in finish_order(*both):
            assert_type(done, Placeholder[int])
        assert_type(self.map(self.count, [[source], []]), Placeholder[list[int]])
        assert_type(self.map(len, [source], at_once=5), Placeholder[list[int]])
        assert_type(parallel_reduce(self.add, both), Placeholder[int])
        assert_type(parallel_reduce(max_of, [1, 2]), Placeholder[int])
        return self.branches(source)

    def branches(self, source: str) -> int:
        def one(path: str, *, times: int) -> int:
            return len(path) * times

        async def other(path: str) -> bytes:
            assert_type(await self.transcode(path), str)
            async with self.shielded(), self.options(start_to_close=5):
                return path.encode()

        assert_type(self.spawn(one, source, times=2), Placeholder[int])
        assert_type(self.spawn(other, source), Placeholder[bytes])
        assert_type(self.spawn(self.transcode, source), Placeholder[str])
        assert_type(self.map(other, [source]), Placeholder[list[bytes]])
        return self.spawn(one, source, times=2).result()


def max_of(one: int, two: int) -> int:
    return max(one, two)


@workflow("Async", 1, "uploads")
class Async(Workflow):
    transcode = ActivityProxy(Transcode)

    async def run(self, source: str) -> str:
        return await self.transcode(source)


def runs(flow: Async) -> Coroutine[Any, Any, str]:
    return flow.run("a")
