"""One execution in the decider: history in, decisions out, through one door.

It reads no clock and does no I/O; the same events give the same answer. It lives in one thread:
greenlets do not leave the thread that made them.
"""

from _thread import get_ident
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from flowy import forms
from flowy.decider import closing, growth, inbox, news
from flowy.decider.activities import Activities, ActivityCall
from flowy.decider.answers import Answer, Broken, Decided, NonDeterminism, Stale
from flowy.decider.asked import Asked
from flowy.decider.branches import Branch, Ending, Evicted, Raised, Returned, is_single
from flowy.decider.children import ChildCall, Children
from flowy.decider.externals import ExternalCall, Externals
from flowy.decider.handlers import Handlers
from flowy.decider.inbox import Inbox, SignalWait
from flowy.decider.lambdas import LambdaCall, Lambdas
from flowy.decider.leftovers import dropped
from flowy.decider.lines import Lines
from flowy.decider.markers import Markers
from flowy.decider.memory import Memory
from flowy.decider.notebook import Notebook
from flowy.decider.opening import Opening, Wants
from flowy.decider.origin import Origin
from flowy.decider.places import caller
from flowy.decider.restarting import Restart
from flowy.decider.room import LIMITS, Limits
from flowy.decider.running import RunningCode
from flowy.decider.timers import TimerCall, Timers
from flowy.decider.turns import Cut, Turn, cut
from flowy.errors import Canceled, FlowyError, NonDeterminismError, TaskCanceled
from flowy.placeholders import Error, Outcome, Placeholder, Value, copy, fill
from flowy.references import Unopened
from flowy.registry import Registry, WorkflowDefinition
from flowy.scopes import NOTHING_SAID
from flowy.swf.decisions import Decision
from flowy.swf.events import Event, WorkflowExecutionStarted
from flowy.swf.values import ExecutionId


class Unfinished(Exception):
    """The code ended in a way that is no outcome. Stays inside this module."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(repr(error))
        self.error = error


class Execution:
    """The suspended or running code of one (workflowId, runId), in the thread that made it."""

    __slots__ = (
        "_close",
        "_code",
        "_definition",
        "_difference",
        "_failure",
        "_offered",
        "_restart",
        "_root",
        "_thread",
        "_unfit",
        "activities",
        "asked",
        "children",
        "converter",
        "externals",
        "handlers",
        "id",
        "inbox",
        "lambdas",
        "last",
        "lines",
        "markers",
        "memory",
        "notebook",
        "opening",
        "origin",
        "started",
        "timers",
    )
    queue: type[Asked] = Asked
    memory: Memory
    started: WorkflowExecutionStarted

    def __init__(
        self,
        definition: WorkflowDefinition,
        id: ExecutionId,
        known: Registry,
        limits: Limits = LIMITS,
    ) -> None:
        self.id = id
        self.last = 0
        self.asked = self.queue(limits)
        self.opening = Opening()
        self.converter = known.converter
        self.lines = Lines(self, id.run_id)
        self.activities = Activities(
            self.lines, self.asked, known.activities, self._fail, known.converter
        )
        self.timers = Timers(self.lines, self.asked)
        self.inbox = Inbox(self.lines, known.converter)
        self.markers = Markers(self.asked, self._differ, known.converter)
        self.notebook = Notebook(known.converter)
        self.handlers = Handlers(
            self.lines, definition.handlers, self._handler_failed, known.converter
        )
        self.origin = Origin()
        self.children = Children(self.lines, self.asked, known, id.run_id, self._fail)
        self.lambdas = Lambdas(self.lines, self.asked, self._fail, self._plain)
        self.externals = Externals(self.lines, self.asked, known.converter)
        self._definition = definition
        self._thread = get_ident()
        self._root: Branch | None = None
        self._failure: Exception | None = None
        self._close: Decision | Restart | None = None
        self._restart: Restart | None = None
        self._offered = False
        self._unfit: BaseException | None = None
        self._difference: NonDeterminismError | None = None
        self._code: Any = None

    def activate(self, events: Sequence[Event]) -> Answer | Wants:
        """Run every turn that is new to this execution; the answer is that of the last one.

        Args:
            events: the whole history, or a window that begins with the DecisionTaskStarted of the
                turn that ran last.

        After Wants it goes on with `supply`, and with nothing else. After any other answer but
        Decided and Stale the execution is of no use: evict it.
        """
        pieces = cut(events, self.last)
        why = self._stale(pieces)
        if why:
            return Stale(why)
        answer: Answer | Wants = self.opening.enter(partial(self._judged, pieces))
        return answer

    def supply(self, texts: Mapping[str, str]) -> Answer | Wants:
        """Go on with the texts, by hash, of the references that `Wants` named."""
        answer: Answer | Wants = self.opening.supply(texts)
        return answer

    def open(self, closed: Unopened) -> None:
        """Find out what a value stands for; stands still until that is known.

        Raises:
            SerializationError: for a text that cannot be read.
        """
        text = self.opening.opened(closed.text)
        closed.open(forms.read_result(text, self.converter))

    def _judged(self, pieces: Cut) -> Answer:
        try:
            return self._run(pieces.turns, pieces.confirmed)
        except NonDeterminismError as error:
            return NonDeterminism(str(error))
        except Unfinished as unfinished:
            return Broken(unfinished.error)
        except FlowyError as error:  # an input that cannot be read, for one
            return Broken(error)

    def evict(self) -> int:
        """Drop the code; always call it, since a suspended greenlet is never collected.

        Returns how many branches resisted and stay in memory for good.
        """
        left = self.lines.evict()
        self.opening.close()
        self.asked.clear()
        return left

    def find(self, scheduled: int) -> Any:
        """The open call that an event recorded, or None."""
        return self.asked.find(scheduled)

    def take(self, scheduled: int) -> Any:
        """The same; it is open no longer."""
        return self.asked.take(scheduled)

    def begin(self, started: WorkflowExecutionStarted) -> None:
        """Start the main line with the execution's input; unread signals of the run before wait."""
        self.started = started
        text = started.input and self.opening.opened(started.input)
        given = forms.read_input(text, self.converter)
        tags = tuple(tag for tag in started.tag_list or () if tag is not None)
        self.origin = self.activities.origin = self.children.origin = Origin(given.meta.trace, tags)

        def main(*args: Any, **kwargs: Any) -> Any:
            self._code = self._definition.target(RunningCode(self))
            return self._code.run(*args, **kwargs)

        self._root = self.lines.start("", main, tuple(given.args), given.kwargs, NOTHING_SAID)
        for name, text in given.meta.signals:
            self.signaled(name, text)

    def signaled(self, name: str, text: str | None) -> None:
        """Take a signal: for the method that handles it, in a branch, else for the inbox."""
        ends = any(x is not None for x in (self._close, self._failure, self._restart))
        if name in self.handlers.methods and self._root is not None and not ends:
            self.handlers.run(self._root, RunningCode(self), (name, text), lambda: self._code)
        else:
            self.inbox.receive((name, text))

    def cancel(self) -> None:
        """Raise `Canceled` in each branch."""
        self.lines.cancel()

    def request_cancel(self, placeholder: Placeholder[Any]) -> bool:
        """Ask to cancel what a placeholder stands for; whether its outcome is sure to come."""
        match placeholder.source:
            case ActivityCall() as call:
                self.activities.cancel(call)
            case TimerCall() as timer:
                self.timers.cancel(timer)
            case SignalWait() as wait:
                self.inbox.cancel(wait)
            case Branch() as branch:
                self.lines.interrupt(branch)
            case ChildCall() as child:
                self.children.cancel(child)
            case LambdaCall() as function:
                self.lambdas.cancel(function)
            case ExternalCall() as sent:
                self.externals.cancel(sent)
            case _:
                return False
        return True

    def close_refused(self, cause: str) -> None:
        """Offer the close again; after another cause than news, a failure instead of it."""
        self._offered = False
        if cause != "UNHANDLED_DECISION":
            self._close = closing.refused(cause)

    def ended(self, branch: Branch, ending: Ending) -> None:
        """Take the way a branch ended. The close waits until the last branch has."""
        self.lines.live.pop(branch, None)
        if isinstance(ending, Raised) and closing.is_unfit(ending.error):
            self.unfit(ending.error)
        elif branch.placeholder is not None:
            self.lines.settle(branch.placeholder, outcome_of(ending))
            self._restart_after(ending)
        else:
            self._restart_after(ending)
            self._close = closing.close_for(ending, self.converter, self._restart)
            self.lines.cancel()

    def unfit(self, error: BaseException) -> None:
        """Note that the code cannot go on, and why: no outcome of it."""
        self._unfit = error

    def _differ(self, asked: str, hint: str) -> NoReturn:
        """End the replay with a difference that the code must not see.

        A kept error and not a raised one: the code could catch that, and go on.
        """
        self._difference = NonDeterminismError(
            f"turn {self.memory.turn.started} does not record what is asked for:\n"
            f"    asked:    {asked} at {caller()}",
            hint=hint,
        )
        raise Evicted

    def _plain(self, value: Any) -> str:
        """A value as JSON for somebody who has no payload store: with its references opened."""
        return self.opening.opened(self.converter.dumps(value, "the payload"))

    def _restart_after(self, ending: Ending) -> None:
        """A branch may ask for a new run as well as the main line: all others are cancelled."""
        match ending:
            case Raised(Restart() as asked) if self._restart is None and self._close is None:
                self._restart = asked
                self.lines.cancel()

    def _handler_failed(self, error: Exception) -> None:
        if self._restart is None:  # it may have been the handler that asked for it
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._failure = self._failure or error
        self.lines.cancel(at_once=True)

    def _stale(self, pieces: Cut) -> str:
        if self.lines.dead:
            return "the execution was evicted"
        if get_ident() != self._thread:
            return "the execution was made in another thread"
        if not pieces.turns or (self.last and pieces.confirmed is None):
            return f"the events do not go on after the turn {self.last}"
        return ""

    def _run(self, turns: Sequence[Turn], confirmed: Turn | None) -> Answer:
        before = turns[-2].started if len(turns) > 1 else self.last
        if confirmed is not None:
            self.asked.confirm(confirmed)
        self.memory = Memory(self.id.run_id, turns, self.asked.confirmed)
        for turn in turns:
            self.memory.turn = turn
            self._see(turn)
            self.last = turn.started
            if turn.completed:
                if not turn.context.kept_back:
                    self._offer_close()
                self.asked.confirm(turn)
        if turns[-1].completed:
            return Decided(())
        if self._is_over() and self.asked.fits():
            self._offer_close()
        response, notes = self.asked.answer(turns[-1].started), self.notebook
        if self._offered and response.kept_back:
            self._offered = False
            self.asked.take_back_close()
        self.memory.rest()
        return Decided(
            response.decisions,
            response.kept_back,
            growth.warnings(before, self.last) + self._warnings(),
            notes.take(),
            notes.context,
            response.held,
        )

    def _see(self, turn: Turn) -> None:
        for event in news.matter(turn.news):
            if self._is_over() and not news.outlives_code(event.attributes):
                continue  # the code has ended: only the fate of its close matters, and who called
            news.deliver(event, self)
            self.lines.drain(self._check)

    def _is_over(self) -> bool:
        return self._close is not None and not self.lines.live

    def _offer_close(self) -> None:
        if self._is_over() and not self._offered:
            self._offered = True
            close = closing.failed(self._failure) if self._failure else self._close
            assert close is not None  # noqa: S101  # _is_over said so
            meta = forms.Meta(trace=self.origin.trace, signals=self.inbox.unread())
            self.asked.ask(closing.asked(close, self.started, meta, self.converter.longest))

    def _warnings(self) -> tuple[str, ...]:
        if not self._offered:
            return ()
        carried = isinstance(self._close, Restart)
        unread = () if carried else inbox.warnings(self.inbox.unread())
        return (*self.lines.unseen_failures(), *dropped(self.asked.calls()), *unread)

    def _check(self) -> None:
        if self._difference is not None:
            raise self._difference
        if self._unfit is not None:
            raise Unfinished(self._unfit)


def outcome_of(ending: Ending) -> Outcome:
    """What the end of a branch means to who waits for it."""
    match ending:
        case Returned(value):
            return Value(fill(copy(value), opened=not is_single(value)))
        case Raised(Canceled(details=details)):
            return Error(TaskCanceled(details))
        case Raised(Restart()):
            return Error(TaskCanceled())
        case Raised(error):
            assert isinstance(error, Exception)  # noqa: S101  # all others are unfit
            return Error(error)
