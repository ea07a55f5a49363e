"""What a reload would bring: the configuration that was read, against the one that holds. Pure."""

from dataclasses import dataclass, replace

from flowyd.config import Config, Reading
from flowyd.supervisor.generations import Plan, Terms, Want
from flowyd.supervisor.news import ReloadAsked, ReloadRefused

FIXED = ("domain", "state_dir", "run_dir", "engine", "web", "supervisor", "instance")
"""What the daemon took its place with: only a restart changes it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came with the wish for a reload; `ask` is its number."""

    ask: int
    replay_open: bool = False


def planned(
    current: Config, reading: Reading, said: Said, *, same_code: bool
) -> ReloadAsked | ReloadRefused:
    """The event of a reload that was asked for. `same_code`: that on disk is the one that runs."""
    wanted = reading.config
    if wanted is None:
        errors = [fault for fault in reading.faults if fault.severity == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        reason = f"{errors[0].where}: {errors[0].message}{more}"
        return ReloadRefused(Plan(said.ask, {}), reason)
    plan = plan_of(wanted, said)
    if fixed := changed_keys(current, wanted):
        return ReloadRefused(plan, f"{', '.join(fixed)} changed: restart flowyd for that")
    in_place = same_code and current != wanted and at_sizes_of(wanted, current) == wanted
    return ReloadAsked(replace(plan, in_place=in_place))


def plan_of(config: Config, said: Said) -> Plan:
    """What a configuration wants of its pools."""
    pools = {
        pool.name: Want(pool.processes, Terms(pool.drain_timeout, pool.plugins))
        for pool in config.pools
    }
    return Plan(said.ask, pools, replay_open=said.replay_open)


def changed_keys(current: Config, wanted: Config) -> list[str]:
    """The fixed keys that differ."""
    keys = [key for key in FIXED if getattr(current, key) != getattr(wanted, key)]
    return keys + (["swf.backend"] if current.swf.backend != wanted.swf.backend else [])


def at_sizes_of(sizes: Config, config: Config) -> Config:
    """A configuration with the numbers of processes (and the lines) of another one."""
    known = {pool.name: pool for pool in sizes.pools}
    pools = tuple(
        replace(pool, processes=known[pool.name].processes, where=known[pool.name].where)
        if pool.name in known
        else pool
        for pool in config.pools
    )
    return replace(config, pools=pools)
