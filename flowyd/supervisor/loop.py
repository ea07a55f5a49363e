"""The supervisor's loop: one thread that waits for whatever comes next and looks up what to do.

It speaks Unix sockets and pipes only, and holds no plugin code. Each round hears what there is,
reaps who ended, lets the machine decide and carries out its orders.
"""

import contextlib
import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from random import random

import structlog

from flowyd import metrics
from flowyd.config import Config, Reading
from flowyd.config.shapes import ENGINE as EMBEDDED
from flowyd.control import protocol
from flowyd.control.server import Server
from flowyd.control.status import Status
from flowyd.ledger import Ledger
from flowyd.sdnotify import Notifier
from flowyd.supervisor import mishaps, news, processes
from flowyd.supervisor.asked import operation_of
from flowyd.supervisor.fleet import Fleet
from flowyd.supervisor.generations import Terms
from flowyd.supervisor.groups import group_ids
from flowyd.supervisor.hands import Hands
from flowyd.supervisor.notices import Told, notices, situation_of
from flowyd.supervisor.planning import Said, planned
from flowyd.supervisor.pools import Pool
from flowyd.supervisor.services import COURIER, ENGINE, WEB, Down, Service, zygote_of
from flowyd.supervisor.showing import stacks_of
from flowyd.supervisor.silence import Patience
from flowyd.supervisor.states import Tick
from flowyd.supervisor.steering import next_deadline, step
from flowyd.supervisor.telling import View, status_of

_log = structlog.get_logger()
FILES = 4_096
"""A channel and a board for each of a thousand workers, twice over while they are replaced."""
HEARD = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)


def now_ms() -> int:
    """The machine's clock."""
    return time.monotonic_ns() // 1_000_000


def new_fleet(config: Config, *, strict: bool) -> Fleet:
    """The fleet before anything happened."""
    patience = Patience(config.supervisor.hung_after)
    names = [zygote_of(1), COURIER]
    names += [ENGINE] if config.swf.backend == EMBEDDED else []
    names += [WEB] if config.web.listen else []
    return Fleet(
        services={name: Service(name, Down(0, 0)) for name in names},
        pools={
            pool.name: Pool(pool.name, pool.processes, patience=patience) for pool in config.pools
        },
        terms={pool.name: Terms(pool.drain_timeout, pool.plugins) for pool in config.pools},
        strict=strict,
    )


class Loop:
    """The supervisor. With `foreground` a closed terminal stops it.

    `reread` reads the configuration anew for a reload.
    """

    def __init__(
        self, config: Config, reread: Callable[[], Reading], *, strict: bool, foreground: bool
    ) -> None:
        self._reread = reread
        self._asks = 0
        self._followed = False
        self._foreground = foreground
        self._selector = selectors.DefaultSelector()
        self._ledger = Ledger()
        self._news: deque[news.Event] = deque()
        self._fleet = new_fleet(config, strict=strict)
        self._hands = Hands(config, self._selector, self._ledger, self._news.append, strict=strict)
        self._server = Server(self._selector, self._answer)
        self._started_at = now_ms()
        self._lag = 0.0
        self._mishaps = mishaps.Mishaps()
        self._notifier = Notifier(os.environ)
        self._told = Told()
        self._wake, self._woken = socket.socketpair()

    def run(self) -> int:
        """Supervise until stopped; the exit code.

        Raises:
            UnknownGroup: if the control sockets shall belong to a group that does not exist.
            OSError: if they cannot be made.
        """
        config = self._hands.config
        self._run_dir = config.run_dir
        self._server.open(self._run_dir, group_ids(config.supervisor))
        processes.become_subreaper()
        processes.allow_descriptors(FILES)
        self._listen()
        _log.info(
            "flowyd starts",
            domain=self._hands.config.domain,
            state_dir=str(self._hands.config.state_dir),
        )
        while self._hands.exit_code is None:
            try:
                self._round()
            except Exception:  # noqa: BLE001 — top of the loop: the workers must not pay for it
                self._mishaps = mishaps.another(self._mishaps, now_ms())
                _log.error("a round of the supervisor failed", exc_info=True)
                if self._mishaps.too_many:  # the workers finish as after any end of a supervisor
                    return mishaps.EX_SOFTWARE
        self._close()
        return self._hands.exit_code

    def _round(self) -> None:
        patience = max(next_deadline(self._fleet, now_ms()) - now_ms(), 0) / 1000
        ready = self._selector.select(0 if self._news else patience)
        began = time.monotonic()
        for key, _ in ready:
            key.data()
        self._decide()
        for pid, code in processes.reap():
            self._hands.bury(pid, code)
        self._hands.look(now_ms())
        self._news.append(Tick())
        self._decide()
        self._server.drop_idle()
        self._hands.sweep()
        self._follow_code()
        self._notify()
        self._lag = time.monotonic() - began

    def _decide(self) -> None:
        """Let the machine have all news, in order."""
        while self._news:
            event = self._news.popleft()
            self._fleet, orders = step(self._fleet, event, now_ms(), random())  # noqa: S311 — jitter
            for order in orders:
                self._hands.carry(order)

    def _notify(self) -> None:
        """Tell systemd what is new, and that the loop turns."""
        seen, period = situation_of(self._fleet), self._notifier.watchdog_ms
        self._told, lines = notices(self._told, seen, now_ms(), period)
        self._notifier.tell(lines)

    def _answer(self, request: protocol.Request) -> object:
        """Answer a control request.

        Raises:
            Refused: if it makes no sense for this daemon.
        """
        match request:
            case protocol.GetStatus():
                return self._status()
            case protocol.GetMetrics():
                told = (self._status(), self._fleet, self._ledger, self._lag)
                return metrics.render(metrics.Sources(*told, mishaps=self._mishaps.total))
            case protocol.Stop():
                if self._fleet.stop is None:
                    self._news.append(news.StopAsked())
                return {"stopping": True}
            case protocol.Reload(replay_open=replay_open):
                return {"ask": self._reload(replay_open=replay_open)}
            case protocol.Stacks():
                return stacks_of(request, self._fleet)
            case _:
                self._news.append(operation_of(request, self._fleet))
                return {"accepted": True}

    def _reload(self, *, replay_open: bool = False) -> int:
        """Ask for what is on disk now; the number of this ask."""
        self._asks += 1
        reading = self._reread()
        same = self._hands.holds_code(self._fleet.digest)
        said = Said(self._asks, replay_open=replay_open)
        asked = planned(self._hands.config, reading, said, same_code=same)
        if reading.config is not None:
            self._hands.asked[self._asks] = reading.config
        self._news.append(asked)
        return self._asks

    def _follow_code(self) -> None:
        """A zygote that was replaced holds other code: that is a reload that nobody asked for."""
        if self._fleet.changed and not self._followed:
            _log.warning("code changed on disk: reloading")
            self._reload()
        self._followed = self._fleet.changed

    def _status(self) -> Status:
        view = View(os.getpid(), self._started_at, now_ms())
        return status_of(self._fleet, self._hands.config, self._ledger, view)

    def _listen(self) -> None:
        """Have signals wake the loop; their handlers do nothing else."""
        for end in (self._wake, self._woken):
            end.setblocking(False)
        signal.set_wakeup_fd(self._woken.fileno())
        for number in HEARD:
            signal.signal(number, lambda *_: None)
        self._selector.register(self._wake, selectors.EVENT_READ, self._hear_signals)

    def _hear_signals(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for number in self._wake.recv(4096):
                self._hear_signal(number)

    def _hear_signal(self, number: int) -> None:
        if number in {signal.SIGTERM, signal.SIGINT} or (
            number == signal.SIGHUP and self._foreground
        ):
            self._news.append(news.StopAsked())
        elif number == signal.SIGQUIT:  # give the tasks up now
            stage = 0 if self._fleet.stop is None else self._fleet.stop.stage + 1
            self._news.extend([news.StopAsked()] * max(2 - stage, 1))
        elif number == signal.SIGHUP:
            self._reload()

    def _close(self) -> None:
        """The last things: no process, file or handler of ours stays."""
        processes.kill_descendants()
        self._server.close(self._run_dir)
        self._hands.close()
        self._notifier.close()
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._wake.close()
        self._woken.close()
        _log.info("flowyd stopped", exit_code=self._hands.exit_code)
