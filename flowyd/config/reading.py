"""From the TOML text and the environment to a `Config`, or to all faults at once."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowy.errors import Fault
from flowy.names import NO_NAMES, Names, filled
from flowy.payloads import PayloadSettings
from flowyd.config import environment, lines, shapes
from flowyd.config.schema import POOL, REQUIRED, SECTIONS, TOP, Key, known_sections

Keys = tuple[str, ...]
MISSING = object()
AWS_DRAIN_MS = 90_000


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of reading: `config` is None if any fault is an error.

    `plugins` is there whenever that table is sound, so that a check can go on to the plugins.
    """

    config: shapes.Config | None
    faults: tuple[Fault, ...]
    plugins: shapes.PluginsConfig | None = None


def read(path: Path, environ: Mapping[str, str], names: Names = NO_NAMES) -> Reading:
    """Read and check one file. Never raises for what the file holds.

    `names` are the values of `{hostname}` and `{instance}`.
    """
    try:
        source = path.read_text(encoding="utf-8")
        tree = tomllib.loads(source)
    except OSError as error:
        hint = "give --config FILE or set FLOWYD_CONFIG"
        return Reading(None, (Fault(str(path), f"cannot be read: {error.strerror}", hint),))
    except UnicodeDecodeError as error:
        return Reading(None, (Fault(str(path), f"is not UTF-8 text: {error.reason}"),))
    except tomllib.TOMLDecodeError as error:
        return Reading(None, (syntax_fault(path, source, error),))
    return Sheet(path, tree, lines.key_lines(source), names).read(environ)


def syntax_fault(path: Path, source: str, error: tomllib.TOMLDecodeError) -> Fault:
    """A TOML error with the line that tomllib names in its text (3.14 has attributes)."""
    message, _, place = str(error).partition(" (at ")
    number = place.removeprefix("line ").split(",")[0]
    line = number if number.isdecimal() else str(len(source.splitlines()) or 1)
    return Fault(
        f"{path}:{line}", f"is not TOML: {message}", "strings stand in quotes, one key a line"
    )


@dataclass(slots=True)
class Sheet:
    """One file while it is read; collects what is wrong with it."""

    path: Path
    tree: dict[str, Any]
    lines: dict[Keys, int]
    names: Names
    faults: list[Fault] = field(default_factory=list)
    origins: dict[Keys, str] = field(default_factory=dict)
    wrong: list[Keys] = field(default_factory=list)
    plugins: shapes.PluginsConfig | None = None

    def read(self, environ: Mapping[str, str]) -> Reading:
        """The whole file."""
        self.overlay(environ)
        self.refuse_unknown((), self.tree, known_sections())
        config = self.build()
        if config is not None:
            self.cross_check(config)
        wrong = any(fault.severity == "error" for fault in self.faults)
        return Reading(None if wrong else config, tuple(self.faults), self.plugins)

    def overlay(self, environ: Mapping[str, str]) -> None:
        """Put the environment's values over the file's."""
        tables = self.tree.get("pools")
        pools = tuple(tables) if isinstance(tables, dict) else ()
        for name, keys in environment.settings(environ, pools):
            if keys is None:
                # Only a warning: Kubernetes injects such names for a service called "flowyd".
                self.faults.append(Fault(f"${name}", "is not a setting", severity="warning"))
            elif (table := self.table_for(keys[:-1])) is not None:
                table[keys[-1]] = environ[name]
                self.origins[keys] = f"${name}"

    def table_for(self, keys: Keys) -> dict[str, Any] | None:
        """The table at a path, made where it is missing; None where something else is there."""
        table: Any = self.tree
        for key in keys:
            table = table.setdefault(key, {}) if isinstance(table, dict) else None
        return table if isinstance(table, dict) else None

    def build(self) -> shapes.Config | None:
        """The values; None if any is wrong."""
        top = self.section((), TOP, self.tree)
        sections = {name: self.section((name,), keys) for name, keys in SECTIONS.items()}
        plugins = sections["plugins"]
        if not self.is_faulty("plugins"):
            self.plugins = shapes.PluginsConfig(**plugins)
        pools = self.pools()
        if any(fault.severity == "error" for fault in self.faults):
            return None
        instance = self.names["instance"]
        # Two instances must not meet in one directory by default.
        own = f"state.{instance}" if instance and "state_dir" not in self.tree else top["state_dir"]
        state_dir = (self.path.parent / own).resolve()
        run_dir = self.path.parent / top["run_dir"] if top["run_dir"] else state_dir / "run"
        engine = sections["engine"]
        return shapes.Config(
            path=self.path,
            domain=top["domain"],
            state_dir=state_dir,
            swf=shapes.SwfConfig(**sections["swf"]),
            engine=shapes.EngineConfig(**{**engine, "db": state_dir / engine["db"]}),
            plugins=shapes.PluginsConfig(**plugins),
            pools=pools,
            logs=shapes.LogsConfig(**sections["logs"]),
            web=shapes.WebConfig(**sections["web"]),
            payloads=self.payloads(sections["payloads"]),
            supervisor=shapes.SupervisorConfig(**sections["supervisor"]),
            run_dir=run_dir.absolute(),
            instance=instance,
        )

    def payloads(self, said: dict[str, Any]) -> PayloadSettings:
        """The values of [payloads]; the file of keys is relative to this one."""
        if said["keys_file"] is not None:
            said["keys_file"] = str((self.path.parent / said["keys_file"]).resolve())
        return PayloadSettings(**said)

    def section(self, at: Keys, keys: Mapping[str, Key], table: Any = MISSING) -> dict[str, Any]:
        """The values of one table, with its faults noted."""
        found = self.tree.get(at[-1], {}) if table is MISSING else table
        if not isinstance(found, dict):
            self.fault(at, f"must be a table, written [{'.'.join(at)}]")
            return {}
        if at:
            self.refuse_unknown(at, found, keys)
        return {name: self.value((*at, name), key, found) for name, key in keys.items()}

    def value(self, at: Keys, key: Key, table: Mapping[str, Any]) -> Any:
        """One value, parsed; None with a fault if it is wrong or missing."""
        if at[-1] not in table:
            if key.default is REQUIRED:
                self.fault(at, "is missing", f"it means: {key.meaning}")
            return key.default
        try:
            found = table[at[-1]]
            named = key.named and isinstance(found, str)
            return key.parse(filled(found, self.names) if named else found)
        except ValueError as error:
            self.fault(at, f"{error}, not {table[at[-1]]!r}", f"it means: {key.meaning}")
            return None

    def pools(self) -> tuple[shapes.PoolConfig, ...]:
        """The values of all [pools.NAME] tables."""
        tables = self.tree.get("pools", {})
        if not isinstance(tables, dict) or not tables:
            self.fault(("pools",), "there is no pool", "write at least one table [pools.NAME]")
            return ()
        return tuple(self.pool(name, table) for name, table in tables.items())

    def pool(self, name: str, table: Any) -> shapes.PoolConfig:
        """The values of one pool."""
        at = ("pools", name)
        if not name or not all(char.isalnum() or char in "_-" for char in name):
            self.fault(at, "a pool's name holds letters, digits, '_' and '-' only")
        values = self.section(at, POOL, table)
        values["task_list"] = values.get("task_list") or name
        blank: dict[str, Any] = dict.fromkeys(POOL) | values
        return shapes.PoolConfig(name=name, where=self.where(at), **blank)

    def refuse_unknown(self, at: Keys, table: Mapping[str, Any], known: Iterable[str]) -> None:
        """Each key that nobody reads is a fault: a typo must not pass as a default."""
        known = list(known)
        for name in table:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
                self.fault((*at, name), "is not a known key", hint)

    def cross_check(self, config: shapes.Config) -> None:
        """What is wrong only together."""
        if config.swf.backend == shapes.ENGINE:
            for name in ("region", "endpoint_url", "profile"):
                if getattr(config.swf, name) is not None:
                    self.fault(("swf", name), 'has no meaning with backend = "engine"', "remove it")
        elif "engine" in self.tree:
            self.fault(("engine",), 'has no meaning with backend = "aws"', "remove the table")
        for pool in config.pools if config.swf.backend == shapes.AWS else ():
            if pool.drain_timeout < AWS_DRAIN_MS:
                why = "is under 90 s: an idle poll alone lasts 60 s on Amazon SWF"
                self.fault(("pools", pool.name, "drain_timeout"), why, 'write "90 s" or more')
        self.check_lambdas(config)
        self.check_served(config)

    def check_lambdas(self, config: shapes.Config) -> None:
        """What only pools of the other kinds may have."""
        for pool in config.pools:
            if pool.kind == shapes.LAMBDA:
                at = ("pools", pool.name)
                if config.swf.backend == shapes.AWS:
                    why = '"lambda" has no meaning with backend = "aws"'
                    self.fault((*at, "kind"), why, "remove the pool: SWF calls AWS Lambda itself")
                if pool.task_list != pool.name:
                    why = 'has no meaning with kind = "lambda"'
                    self.fault((*at, "task_list"), why, "remove it: a domain has one such list")

    def check_served(self, config: shapes.Config) -> None:
        """Two pools that do the same."""
        served: dict[tuple[str, str], str] = {}
        for pool in config.pools:
            alone = pool.kind == shapes.LAMBDA
            other = served.setdefault((pool.kind, "" if alone else pool.task_list), pool.name)
            if other != pool.name:
                tasks = f"{pool.kind} task list {pool.task_list!r}"
                what = (
                    f"serves the {'Lambda functions' if alone else tasks} as [pools.{other}] does"
                )
                self.fault(("pools", pool.name), what, "one pool with more processes does the same")

    def is_faulty(self, section: str) -> bool:
        """Whether something in a table was wrong."""
        return any(at[0] == section for at in self.wrong)

    def fault(self, at: Keys, message: str, hint: str = "") -> None:
        """Note an error at a key."""
        self.wrong.append(at)
        name = ".".join(at)
        self.faults.append(Fault(self.where(at), f"{name}: {message}" if name else message, hint))

    def where(self, at: Keys) -> str:
        """The variable or file:line that a key came from."""
        return self.origins.get(at) or f"{self.path}:{lines.line_of(self.lines, at)}"
