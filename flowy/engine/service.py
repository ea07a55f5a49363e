"""From calls to answers: a batch of calls shares one commit, and is answered after it."""

from collections.abc import Callable
from functools import cache

import msgspec
from msgspec import Struct

from flowy.engine.clock import Clock, EngineClock
from flowy.engine.core import commands, faults
from flowy.engine.core.faults import Refused
from flowy.engine.core.settings import Settings
from flowy.engine.core.task_lists import Place
from flowy.engine.desk import Call, Desk
from flowy.engine.model import Model
from flowy.engine.operations import OPERATIONS, carry_out
from flowy.engine.operations.holding import EMPTY
from flowy.engine.operations.polling import hand_out
from flowy.engine.polls import HeldPoll, Polls, Responder
from flowy.engine.shapes import Shapes
from flowy.engine.store import Store, StoreError

_RETRY_MS = 1_000
"""How long the engine's own work (time-outs, hand-outs) rests after a commit that failed."""
_PURGE_MS = 60_000
_CHEAP_MS = 100
_SPARED = 4
"""After a failure what would write is refused for so many times as long as reading all again took,
but for the first `_CHEAP_MS` of that."""
_READS = ("Describe", "List", "Count", "Get", "Poll")

Log = Callable[[str], None]
Admit = Callable[[Call], None]
"""Raises Refused for a call that must not be carried out now."""


class Answer(Struct, frozen=True):
    responder: Responder
    status: int
    body: bytes


class Service:
    """The engine without its sockets. Everything happens in one thread.

    Call `call` for each request, then `flush` once for all that came together; `next_wake` says
    when to flush again if nothing comes. Once `broken` is set the file cannot be read any more,
    and the service must not go on.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        new_run_id: Callable[[], str],
        log: Log,
        clock: Clock | None = None,
    ) -> None:
        self._new_run_id = new_run_id
        self._log = log
        self._model, self._shapes = _readers()
        self._clock = clock or EngineClock(store.last_clock())
        self._answers: list[Answer] = []
        self.admit: Admit | None = None
        self.broken: StoreError | None = None
        self._rest_until = 0
        self._refuse_until = 0
        self._purge_at = 0
        world = store.load(settings, new_run_id)
        self._desk = Desk(settings, store, world, Polls(), [])

    def call(self, operation: str, body: bytes, responder: Responder, region: str) -> None:
        """Carry one request out. Its answer comes with a later flush."""
        if self.broken is not None:
            self._answer_failure(responder)
            return
        try:
            answer = self._carry_out(operation, body, responder, region)
        except Refused as refused:
            self._answers.append(Answer(responder, refused.status, fault_body(refused)))
            return
        except StoreError as error:
            self._answer_failure(responder)
            self._give_up(error)
            return
        except Exception as error:  # noqa: BLE001  # top of the loop: one call must not end the rest
            self._answer_failure(responder)
            self._give_up(error)
            return
        if answer is not None:
            self._answers.append(Answer(responder, 200, answer))

    def _carry_out(
        self, operation: str, body: bytes, responder: Responder, region: str
    ) -> bytes | None:
        if operation not in OPERATIONS:
            raise faults.unknown_operation()
        request = self._shapes.read(operation, body)
        if request is None:
            request = self._model.read(operation, read_json(body))
        call = Call(operation, request, self._clock.now(), responder, region)
        if call.now < self._refuse_until and not operation.startswith(_READS):
            raise faults.internal_failure()
        if self.admit is not None:
            self.admit(call)
        return carry_out(self._desk, call)

    def _answer_failure(self, responder: Responder) -> None:
        self._answers.append(Answer(responder, 500, fault_body(faults.internal_failure())))

    def flush(self) -> None:
        """Let what is due happen, hand tasks out, commit, and send all answers."""
        now = self._clock.now()
        calls = len(self._answers)
        if self.broken is None:
            self._commit(now)
        self._answer_expired(now)
        answers, self._answers = self._answers, []
        # Tasks first: their pollers have work to do, the callers have done theirs.
        for answer in answers[calls:] + answers[:calls]:
            answer.responder.answer(answer.status, answer.body)

    def _commit(self, now: int) -> None:
        try:
            if now >= self._rest_until:
                self._work(now)
            self._desk.store.commit(self._desk.world, now)
        except StoreError as error:
            self._give_up(error)
        except Exception as error:  # noqa: BLE001  # top of the loop: the engine stays up
            self._give_up(error)

    def _work(self, now: int) -> None:
        while commands.fire_due(self._desk.world, now):
            pass
        if now >= self._purge_at:
            more = self._desk.store.purge(now)
            self._purge_at = now if more else now + _PURGE_MS
        self._dispatch(now)

    def _dispatch(self, now: int) -> None:
        """Match waiting tasks with held polls, on the lists where either is new."""
        lists, polls = self._desk.world.lists, self._desk.polls
        places = lists.fresh | polls.fresh
        lists.fresh, polls.fresh = set(), set()
        for place in places:
            while (
                lists.count(place)
                and (poll := polls.next_present(place)) is not None
                and (key := lists.take(place)) is not None
            ):
                body = hand_out(self._desk, poll, key, now)
                if body is not None:
                    polls.drop(poll)
                    self._answers.append(Answer(poll.responder, 200, body))

    def _answer_expired(self, now: int) -> None:
        dismissed, self._desk.dismissed = self._desk.dismissed, []
        self._answer_empty(dismissed + self._desk.polls.expired(now))

    def _answer_empty(self, polls: list[HeldPoll]) -> None:
        for poll in polls:
            self._answers.append(Answer(poll.responder, 200, EMPTY[poll.place.space]))

    def _give_up(self, error: Exception) -> None:
        """Answer the whole batch 500, and go back to what the file holds."""
        self._log(f"a batch of {len(self._answers)} answers failed: {error!r}")
        began = self._clock.now()
        self._rest_until = began + _RETRY_MS
        failure = fault_body(faults.internal_failure())
        self._answers = [Answer(answer.responder, 500, failure) for answer in self._answers]
        self._desk.store.rollback()
        try:
            self._desk.world = self._desk.store.load(self._desk.settings, self._new_run_id)
        except StoreError as unreadable:
            self.broken = unreadable
        # While a disk is full every write fails so, and many open executions take long to read.
        now = self._clock.now()
        self._refuse_until = now + _SPARED * max(0, now - began - _CHEAP_MS)

    def next_wake(self) -> float | None:
        """In how many seconds to flush again, at the latest; None for no time."""
        desk = self._desk
        now = self._clock.now()
        wanted = [at for at in (desk.world.deadlines.next_at(),) if at is not None]
        if desk.world.lists.fresh or desk.polls.fresh:
            wanted.append(now)
        wanted = [max(at, self._rest_until) for at in wanted]
        polled = desk.polls.next_at()
        wanted += [self._purge_at] + ([] if polled is None else [polled])
        return max(0, min(wanted) - now) / 1000 if wanted else None

    @property
    def desk(self) -> Desk:
        """The world, its store and the held polls: for those who look and change nothing."""
        return self._desk

    def next_deadline(self) -> int | None:
        """When, in the engine's milliseconds, the next timer or time-out falls due."""
        return self._desk.world.deadlines.next_at()

    def waiting(self) -> list[Place]:
        """Tell the task lists on which tasks wait."""
        return self._desk.world.lists.waiting()

    def connection_lost(self, responder: Responder) -> None:
        """Forget the polls of a caller that has gone."""
        self._desk.polls.drop_connection(responder)

    def stop(self) -> None:
        """Answer all held polls empty, commit, and close the file."""
        self._answer_expired(self._clock.now())
        self._answer_empty(self._desk.polls.empty())
        self._rest_until = 1 << 62
        self.flush()
        self._desk.store.close()


@cache
def _readers() -> tuple[Model, Shapes]:
    """Made once: reading botocore's file takes longer than a small test."""
    model = Model()
    return model, Shapes(model)


def read_json(body: bytes) -> object:
    """Read a request's body; an empty one is `{}`."""
    if not body.strip():
        return {}
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # Text that is not UTF-8 and brackets a thousand deep are no JSON errors to msgspec.
        raise faults.unreadable(str(error)) from None


def fault_body(refused: Refused) -> bytes:
    """Write a fault; a message that is empty is left out for server faults."""
    body = {"__type": f"{refused.namespace}#{refused.name}"}
    if refused.message or refused.status != 500:
        body["message"] = refused.message
    return msgspec.json.encode(body)
