"""Carries out the fleet's orders and turns what comes back into events. It decides nothing."""

import os
import selectors
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar, assert_never

import msgspec
import structlog

from flowyd.config import Config
from flowyd.config.shapes import ENGINE as EMBEDDED
from flowyd.ledger import Ledger
from flowyd.supervisor import code, messages, news, orders, processes, states
from flowyd.supervisor.cgroups import cgroups
from flowyd.supervisor.channels import Channel, pair
from flowyd.supervisor.commands import Commands, home, load_order, zygote_environment
from flowyd.supervisor.dispatch import Dispatch
from flowyd.supervisor.faults import faults_of
from flowyd.supervisor.orders import WorkerId
from flowyd.supervisor.output import Output
from flowyd.supervisor.services import COURIER, ENGINE, Announced, Launched, generation_of
from flowyd.supervisor.silence import Patience
from flowyd.supervisor.strays import Strays

ERRAND = "registration"
T = TypeVar("T")
ChildWire = Channel[messages.FromChild]
ZygoteWire = Channel[messages.Loaded]
_log = structlog.get_logger()


class Hands:
    """Everything that the supervisor holds open. `tell` takes the events."""

    def __init__(
        self,
        config: Config,
        selector: selectors.BaseSelector,
        ledger: Ledger,
        tell: Callable[[news.Event], None],
        *,
        strict: bool,
    ) -> None:
        self.config = config
        """The configuration that holds."""
        self._commands = Commands(config)
        self._selector = selector
        self._ledger = ledger
        self._tell = tell
        self._strict = strict
        self._owners: dict[int, WorkerId | str] = {}
        self._services: dict[str, subprocess.Popen[bytes]] = {}
        self._outputs: set[Output] = set()
        self._workers: dict[WorkerId, ChildWire] = {}
        self._errand: ChildWire | None = None
        self._zygotes: dict[int, ZygoteWire] = {}
        self._generations: dict[int, Config] = {1: config}
        self._files: tuple[str, ...] = ()
        self.asked: dict[int, Config] = {}
        """What was read for each reload that was asked for and is not over."""
        self._lifeline: int | None = None
        self._dispatch = Dispatch(selector, ledger, tell)
        self._strays = Strays(cgroups(config.supervisor.cgroups))
        self.exit_code: int | None = None

    def carry(self, order: orders.Order) -> None:  # noqa: C901 — one line an order
        """Carry out one order."""
        match order:
            case orders.LaunchService(name):
                self._launch(name)
            case orders.SpawnWorker(worker, generation):
                self._spawn(worker, generation)
            case orders.CloseWorker(worker, exit_):
                self._close_worker(worker)
                self._dispatch.close(worker, exit_)
            case orders.MarkBoard(worker, until, cut):
                self._dispatch.mark(worker, until, cut=cut)
            case orders.PacePolls(pool, delay_ms, roll):
                self._dispatch.pace(pool, delay_ms, roll)
            case orders.RegisterTypes():
                self._register(order)
            case orders.EndErrand():
                self._end_errand()
            case orders.PrepareGeneration() | orders.AdoptGeneration() | orders.AbandonGeneration():
                self._change_generation(order)
            case orders.SendSignal(pid, sign):
                processes.send(pid, sign)
            case orders.Tell(level, event, fields):
                getattr(_log, level)(event, **fields)
            case orders.Finish(code):
                self.exit_code = code

    def _change_generation(
        self,
        order: orders.PrepareGeneration | orders.AdoptGeneration | orders.AbandonGeneration,
    ) -> None:
        match order:
            case orders.PrepareGeneration(generation, ask):
                self._generations[generation] = self.asked[ask]
            case orders.AdoptGeneration(ask):
                self.config = self.asked[ask]
                self._dispatch.retain({pool.name for pool in self.config.pools})
                self.asked = {other: read for other, read in self.asked.items() if other > ask}
            case orders.AbandonGeneration(generation):
                del self._generations[generation]
            case _:
                assert_never(order)

    # Exec'd children -----------------------------------------------------------------------------

    def _launch(self, name: str) -> None:
        try:
            child = self._start(name)
        except OSError as error:
            _log.error("no process can be made", child=name, error=str(error))
            self._tell(news.ServiceEvent(name, states.Exited(os.EX_OSERR)))
            return
        self._services[name] = child
        self._owners[child.pid] = name
        self._tell(news.ServiceEvent(name, Launched(child.pid)))

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        generation = generation_of(name)
        if generation is not None:
            return self._launch_zygote(name, generation)
        if name == COURIER:
            commands, logs = self._commands, self.config.logs
            return self._dispatch.launch(commands.of(name), commands.environment(), logs)
        return self._launch_talker(name)

    def _launch_talker(self, name: str) -> subprocess.Popen[bytes]:
        """A child that says on its standard output where it serves."""
        child = self._start_talker(name)
        assert child.stdout is not None  # noqa: S101 — it was asked for
        output = Output(child.stdout, lambda url: self._hear_address(name, url), name)
        self._outputs.add(output)
        self._selector.register(output, selectors.EVENT_READ, lambda: self._hear_output(output))
        return child

    def _start_talker(self, name: str) -> subprocess.Popen[bytes]:
        """The engine outlives this process for its clients; it notices by its lifeline's end."""
        command, environment = self._commands.of(name), self._commands.environment()
        if name != ENGINE:
            return processes.launch(command, environment=environment, capture=True)
        theirs, ours = os.pipe()
        try:
            return processes.launch(
                [*command, "--lifeline", str(theirs)],
                pass_fds=[theirs],
                environment=environment,
                capture=True,
                outlives=True,
            )
        finally:
            os.close(theirs)
            self._hold_lifeline(ours)

    def _hold_lifeline(self, end: int | None) -> None:
        """Keep our end of the engine's lifeline, in place of its predecessor's."""
        if self._lifeline is not None:
            os.close(self._lifeline)
        self._lifeline = end

    def _hear_output(self, output: Output) -> None:
        """Hear one child. Its successor may talk already while its own end is still unread."""
        if not output.read():
            self._selector.unregister(output)
            output.close()
            self._outputs.discard(output)

    def _hear_address(self, name: str, url: str) -> None:
        if name == ENGINE:
            self._commands.engine_serves(url)
            write_atomically(self.config.state_dir / "engine.url", url + "\n")
        _log.info("serves", child=name, url=url)
        self._tell(news.ServiceEvent(name, Announced(url)))

    # The zygote ----------------------------------------------------------------------------------

    def _launch_zygote(self, name: str, generation: int) -> subprocess.Popen[bytes]:
        ours, theirs = pair()
        with theirs:
            child = processes.launch(
                [*self._commands.of(name), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                environment=zygote_environment(),
                capture=False,
            )
        self._drop_zygote(generation)
        wire = self._zygotes[generation] = ZygoteWire(ours, messages.Loaded)
        hear = partial(self._hear_zygote, generation, wire)
        self._selector.register(wire, selectors.EVENT_READ, hear)
        config = self._generations.get(generation, self.config)
        embedded = config.swf.backend == EMBEDDED
        parts = (config.plugins, config.pools, config.logs)
        order = load_order(*parts, strict=self._strict, embedded=embedded, home=home(config))
        wire.send(order)
        return child

    def _drop_zygote(self, generation: int) -> None:
        wire = self._zygotes.pop(generation, None)
        if wire is not None:
            self._forget(wire)

    def _hear_zygote(self, generation: int, wire: ZygoteWire) -> None:
        message = heard(wire, f"the zygote of generation {generation}")
        if message is None:
            self._drop_zygote(generation)
            return
        self._files = message.files
        faults, names = faults_of(message.faults), tuple(message.names)
        self._tell(news.PluginsLoaded(names, faults, generation, message.digest))

    def holds_code(self, digest: str) -> bool:
        """Whether the code on disk still has that digest; False if that cannot be said."""
        return bool(self._files) and code.digest(self._files) == digest

    def _fork(
        self, job: messages.ForkWorker | messages.ForkRegistration, generation: int, *boards: int
    ) -> ChildWire:
        """Ask for a child. If the zygote cannot be asked, its channel ends at once."""
        ours, theirs = pair()
        with theirs:
            if generation in self._zygotes:
                self._zygotes[generation].send(job, theirs.fileno(), *boards)
        return ChildWire(ours, messages.FromChild)

    # Workers -------------------------------------------------------------------------------------

    def _spawn(self, worker: WorkerId, generation: int) -> None:
        sign_ms = Patience(self.config.supervisor.hung_after).sign_ms
        swf = self._swf(generation)
        try:
            board = self._dispatch.open(worker, swf)
        except OSError as error:
            _log.error("no board can be made", worker=str(worker), error=str(error))
            self._tell(news.WorkerEvent(worker, states.Lost()))
            return
        key, room = (worker.pool, worker.slot, worker.spawn), self._strays.room(worker)
        job = messages.ForkWorker(*key, swf, sign_ms, room)
        wire = self._fork(job, generation, board)
        self._workers[worker] = wire
        self._selector.register(wire, selectors.EVENT_READ, lambda: self._hear_worker(worker))

    def _swf(self, generation: int) -> messages.SwfJob:
        return self._commands.swf(self._generations.get(generation, self.config))

    def _close_worker(self, worker: WorkerId) -> None:
        wire = self._workers.pop(worker, None)
        if wire is not None:
            self._forget(wire)
        self._ledger.fold(worker)
        self._strays.died(worker)

    def _hear_worker(self, worker: WorkerId) -> bool:
        """Hear one message; whether there may be more."""
        wire = self._workers.get(worker)
        if wire is None:
            return False
        try:
            message = heard(wire, str(worker))
        except BlockingIOError:
            return False
        match message:
            case messages.Birth(pid):
                self._owners[pid] = worker
                self._tell(news.WorkerEvent(worker, states.Born(pid)))
            case messages.Report():
                self._hear_report(worker, message)
            case None:
                self._forget(wire)
                del self._workers[worker]
                self._tell(news.WorkerEvent(worker, states.Lost()))
            case messages.Registered() | messages.NotRegistered():
                _log.warning("a worker sent what is not its to send", worker=str(worker))
        return message is not None

    def _hear_report(self, worker: WorkerId, report: messages.Report) -> None:
        if report.totals is not None:
            refused = self._ledger.note(worker, report.totals)
            if refused is not None:
                self._tell(news.PollsFailed(worker.pool, refused == "throttled"))
        self._tell(news.WorkerAlive(worker, report.still_ms))
        for change in changes_of(report):
            self._tell(news.WorkerEvent(worker, change))

    # The registration ----------------------------------------------------------------------------

    def _register(self, order: orders.RegisterTypes) -> None:
        self._end_errand()
        generation = order.generation
        job = messages.ForkRegistration(self._swf(generation), order.replay_open)
        wire = self._errand = self._fork(job, generation)
        hear = partial(self._hear_errand, wire, generation)
        self._selector.register(wire, selectors.EVENT_READ, hear)

    def _hear_errand(self, wire: ChildWire, generation: int) -> None:
        match heard(wire, ERRAND):
            case messages.Birth(pid):
                self._owners[pid] = ERRAND
                return
            case messages.Registered(faults):
                self._tell(news.TypesRegistered(faults_of(faults), generation))
            case messages.NotRegistered(reason):
                self._tell(news.RegistrationFailed(reason, generation))
            case messages.Report() | None:
                why = "the child that does it died; see its log"
                self._tell(news.RegistrationFailed(why, generation))
        self._end_errand()

    def _end_errand(self) -> None:
        """Close its channel, and kill what may hang in a request."""
        if self._errand is not None:
            self._forget(self._errand)
            self._errand = None
        for pid, owner in self._owners.items():
            if owner == ERRAND:
                processes.send(pid, states.Sign.KILL)

    def look(self, now: int) -> None:
        """Send what did not fit when it was written, and look at the boards."""
        self._dispatch.flush()
        for worker in self._dispatch.overdue(now):
            self._tell(news.WorkerEvent(worker, states.Hang()))

    # Ends ----------------------------------------------------------------------------------------

    def bury(self, pid: int, code: int) -> None:
        """A child ended. What it said before is heard first; an unknown one may be just born."""
        if pid not in self._owners:
            self._hear_everybody()
        owner = self._owners.pop(pid, None)
        match owner:
            case WorkerId():
                while self._hear_worker(owner):
                    pass
                self._tell(news.WorkerEvent(owner, states.Exited(code)))
            case None | "registration":
                pass  # an adopted orphan, or the errand: its channel tells
            case str():
                self._services[owner].returncode = code  # it was reaped here
                self._tell(news.ServiceEvent(owner, states.Exited(code)))

    def sweep(self) -> None:
        """End what workers that are gone have left."""
        self._strays.sweep(self._owners)

    def _hear_everybody(self) -> None:
        for worker in tuple(self._workers):
            while self._hear_worker(worker):
                pass

    def close(self) -> None:
        """Let go of everything; the processes are gone."""
        (self.config.state_dir / "engine.url").unlink(missing_ok=True)
        for generation in tuple(self._zygotes):
            self._drop_zygote(generation)
        self._hold_lifeline(None)
        self._dispatch.shut()
        self._strays.close()
        for output in self._outputs:
            self._selector.unregister(output)
            output.close()

    def _forget(self, wire: Channel[messages.FromChild] | Channel[messages.Loaded]) -> None:
        self._selector.unregister(wire)
        wire.close()


def heard(wire: Channel[T], who: str) -> T | None:
    """The next message; one that is not understood ends the conversation."""
    try:
        return wire.receive()
    except msgspec.DecodeError as error:
        _log.error("a message is not understood", sender=who, error=str(error))
        return None


def changes_of(report: messages.Report) -> list[states.Event]:
    """What a worker's report means to its state."""
    changes: list[states.Event] = [states.Leaves()] if report.leaving else []
    changes += [states.Retire(recycled=True)] if report.recycled and not report.leaving else []
    if report.task is not None:
        task = report.task
        names = (task.kind, task.type, task.workflow_id, task.run_id, task.activity_id)
        return [*changes, states.Began(states.Task(*names))]
    return [*changes, states.Waits()]


def write_atomically(path: Path, text: str) -> None:
    """Readers see the old text or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
