"""What systemd is to hear, and when: pure. The edge sends it after a completed round of the loop.

So the watchdog is fed by real progress: a loop that stands still is silent, and is restarted.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from flowyd.supervisor import services
from flowyd.supervisor.fleet import Fleet, Registered, Registering, Unregistered
from flowyd.supervisor.policy import START_MS
from flowyd.supervisor.reloading import stage

EXTENSION_MS = 30_000
"""How much more time each word of a drain asks for."""
DRAIN_WORD_MS = 5_000
"""How often a drain asks."""
STATUS_MS = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """What was said last; times in milliseconds of the loop's clock."""

    ready: bool = False
    stopping: bool = False
    reloading: bool = False
    status: str = ""
    status_at: int = -STATUS_MS
    watchdog_at: int = -START_MS
    extended_at: int = -START_MS


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is to say. `started`: a generation is loaded and its workers are up."""

    started: bool
    stopping: bool
    draining: int
    status: str
    reloading: bool = False


def situation_of(fleet: Fleet) -> Situation:
    """What the fleet looks like from outside."""
    pools = fleet.pools.values()
    workers = sum(len(pool.workers) for pool in pools)
    reloading = fleet.reloads.incoming is not None
    line = status_line(fleet)
    return Situation(is_started(fleet), fleet.stop is not None, workers, line, reloading)


def is_started(fleet: Fleet) -> bool:
    """Whether the start is over. An SWF that cannot be reached is no failed start."""
    if fleet.loaded is None:
        return False
    match fleet.registration:
        case Unregistered(reason=reason):
            return bool(reason)
        case Registering(attempts):
            return attempts > 1
        case Registered():
            pools = fleet.pools.values()
            return all(pool.served or pool.hold is not None or pool.paused for pool in pools)
        case _:
            assert_never(fleet.registration)


def status_line(fleet: Fleet) -> str:
    """One line for `systemctl status`."""
    pools = fleet.pools.values()
    left = sum(len(pool.workers) for pool in pools)
    if fleet.stop is not None:
        return f"draining: {left} worker(s) left, {sum(pool.busy for pool in pools)} busy"
    if fleet.reloads.incoming is not None:
        return f"reloading: {stage(fleet.reloads.incoming)}"
    last = fleet.reloads.last
    ready, wanted = sum(pool.ready for pool in pools), sum(pool.wanted for pool in pools)
    line = f"{ready} of {wanted} workers ready, {sum(pool.busy for pool in pools)} busy"
    held = [pool.name for pool in pools if pool.hold is not None]
    down = [name for name, one in fleet.services.items() if not services.is_up(one)]
    line += f"; held: {', '.join(held)}" if held else ""
    line += f"; down: {', '.join(down)}" if down else ""
    return line + (f"; reload rejected: {last.reason}" if last and not last.ok else "")


def notices(
    told: Told, seen: Situation, now: int, watchdog_ms: int | None
) -> tuple[Told, tuple[str, ...]]:
    """The lines to send now, and what has been said then."""
    lines: list[str] = []
    if seen.started and not told.ready and not seen.stopping:
        told, lines = replace(told, ready=True), ["READY=1"]
    if told.ready and seen.reloading and not told.reloading:
        # Newer systemds (253, notify-reload) want the time beside it; older ones ignore it.
        told, lines = (
            replace(told, reloading=True),
            ["RELOADING=1", f"MONOTONIC_USEC={now * 1000}"],
        )
    if told.reloading and not seen.reloading:
        told, lines = replace(told, reloading=False), ["READY=1"]
    if seen.stopping and not told.stopping:
        told, lines = replace(told, stopping=True), [*lines, "STOPPING=1"]
    if seen.status != told.status and now - told.status_at >= STATUS_MS:
        told = replace(told, status=seen.status, status_at=now)
        lines.append(f"STATUS={seen.status}")
    if seen.stopping and seen.draining and now - told.extended_at >= DRAIN_WORD_MS:
        told = replace(told, extended_at=now)
        lines.append(f"EXTEND_TIMEOUT_USEC={EXTENSION_MS * 1000}")
    if watchdog_ms is not None and now - told.watchdog_at >= watchdog_ms // 3:
        told = replace(told, watchdog_at=now)
        lines.append("WATCHDOG=1")
    return told, tuple(lines)
