"""A kept execution and the windows of history that it is given, one decision after the other."""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from story import RUN, Story

from flowy import forms
from flowy.decider import Decided, Execution
from flowy.decider.room import LIMITS, Limits
from flowy.swf.decisions import Decision


class Kept:
    """Decides a story with one execution, from no more events than sticky polls fetch."""

    def __init__(self, story: Story, limits: Limits = LIMITS) -> None:
        definition = story.registry.workflow(story.type)
        self.story = story
        self.execution = Execution(definition, RUN, story.registry, limits)

    def decide(self) -> tuple[Decision, ...]:
        """One decision; SWF takes it."""
        return self.answer().decisions

    def answer(self) -> Decided:
        story, last = self.story, self.execution.last
        story.poll()
        answer = self.execution.activate(story.events[max(last - 1, 0) :])
        assert isinstance(answer, Decided), answer
        context = forms.Context(core=1, kept_back=answer.kept_back, held=dict(answer.held))
        story.answer(answer.decisions, forms.write_context(context))
        return answer


class Steps:
    """Counts executed lines, each turn of a loop too: what time would tell, without its noise."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        self.count += event == "line"
        return self

    def of(self, code: Callable[[], Any]) -> int:
        """How many lines the code takes."""
        before, outer = self.count, sys.gettrace()
        gc.disable()  # its callbacks would count, whenever they came
        sys.settrace(self)
        try:
            code()
        finally:
            sys.settrace(outer)
            gc.enable()
        return self.count - before
