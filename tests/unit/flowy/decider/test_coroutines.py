"""`async def` workflow code."""

import asyncio

import pytest
from story import RUN, Story, asked, registry_of
from workflows import failure_of, make, result_of

from flowy import Canceled, TaskFailed, gather
from flowy.decider import Execution
from flowy.registry import definition
from flowy.swf import events as e


def test_async_run_awaits_placeholders_branches_and_other_coroutines():
    async def run(self, path):
        async def one(path):
            return await self.transcode(await self.resize(path))

        branches = [self.spawn(one, name) for name in (path, "b")]
        direct = await one("c")
        return [direct, *await gather(*branches)]

    story = Story(make(run), "a")
    assert asked(story.decide()) == ["resize-1", "one-1.resize-1", "one-2.resize-1"]
    for scope in ("", "one-1.", "one-2."):
        story.complete(f"{scope}resize-1", scope)
    assert asked(story.decide()) == ["transcode-1", "one-1.transcode-1", "one-2.transcode-1"]
    for scope in ("", "one-1.", "one-2."):
        story.complete(f"{scope}transcode-1", f"{scope}!")

    assert result_of(story.decide()) == ["!", "one-1.!", "one-2.!"]


def test_blocks_also_work_with_async_with():
    async def run(self):
        async with self.shielded(), self.options(priority=3):
            await self.resize("a")
        await self.sleep(5)

    story = Story(make(run))
    (task,) = story.decide().decisions
    assert task.task_priority == "3"
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))
    assert asked(story.decide()) == []
    story.complete("resize-1")

    assert [d.type for d in story.decide().decisions] == [
        "StartTimer",
        "CancelTimer",
        "CancelWorkflowExecution",
    ]


def test_errors_and_cancellations_are_raised_at_the_await():
    async def run(self):
        with pytest.raises(TaskFailed):
            await self.transcode("a")
        try:
            await self.sleep(60)
        except Canceled:
            raise LookupError("while canceled") from None

    story = Story(make(run))
    story.decide()
    story.fail("transcode-1")
    story.decide()
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))
    verdict = story.decide()
    assert verdict.decisions[0].type == "CancelTimer"
    assert "while canceled" in verdict.decisions[1].details


class Foreign:
    def __await__(self):
        yield "a future of somebody"


@pytest.mark.parametrize(
    "foreign",
    [
        lambda: asyncio.sleep(1),
        lambda: asyncio.sleep(0),
        Foreign,
    ],
    ids=["sleep", "sleep(0)", "future"],
)
@pytest.mark.parametrize("where", ["run", "branch"])
def test_what_nobody_would_resume_is_parked_with_its_line_and_not_failed(foreign, where):
    cleaned = []

    async def wrong(self):
        try:
            await foreign()
        except TypeError:
            return "swallowed"
        finally:
            cleaned.append(where)

    async def run(self):
        return await (wrong(self) if where == "run" else self.spawn(wrong, self))

    verdict = Story(make(run)).decide()

    assert "self.sleep" in verdict.parked
    assert "test_coroutines.py:" in verdict.parked
    assert [d.type for d in verdict.decisions] == ["StartTimer"]
    assert cleaned == [where]


def test_clean_up_with_awaits_does_not_hold_up_an_eviction():
    left = []

    class Door:
        async def __aenter__(self):
            pass

        async def __aexit__(self, *_):
            left.append("door")

    async def run(self):
        try:
            async with Door():
                await self.resize("a")
        finally:
            left.append("finally")
            await self.transcode("dead")
            left.append("never")

    cls = make(run)
    execution = Execution(definition(cls), RUN, registry_of(cls))
    Story(cls).run(execution)
    execution.evict()

    assert left == ["door", "finally"]


def test_a_coroutine_in_place_of_its_function_is_refused_by_spawn():
    async def run(self):
        async def one():
            """Never run."""

        self.spawn(one())

    reason, details = failure_of(Story(make(run)).decide())
    assert reason == "TypeError"
    assert "self.spawn(one, …)" in details["message"]
