"""The keys of `flowyd.toml`: one table of all of them. What is not here is a fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flowyd.config import quantities as q

REQUIRED: Final = object()


@dataclass(frozen=True, slots=True)
class Key:
    """One key: how its value is read, what it is when absent, and what it means."""

    parse: q.Parse
    default: object
    meaning: str
    named: bool = False
    """Whether `{hostname}` and `{instance}` may stand in it."""


TOP: Mapping[str, Key] = {
    "domain": Key(q.swf_name, REQUIRED, "the SWF domain that this daemon works for"),
    "state_dir": Key(q.text, "state", "what the daemon keeps; relative to this file", named=True),
    "run_dir": Key(q.text, None, "its control sockets; absent: run in state_dir", named=True),
}
SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "swf": {
        "backend": Key(q.one_of("engine", "aws"), "engine", "the embedded engine or Amazon SWF"),
        "region": Key(q.text, None, "AWS region; aws only"),
        "endpoint_url": Key(q.text, None, "another endpoint of SWF; aws only"),
        "profile": Key(q.text, None, "profile of the AWS credentials; aws only"),
    },
    "engine": {
        "db": Key(q.text, "engine.db", "the engine's database; relative to state_dir", named=True),
        "listen": Key(q.address, "127.0.0.1:0", "HOST:PORT of the engine; port 0: any"),
        "retention": Key(q.days, 30, "how long closed executions are kept"),
        "synchronous": Key(q.one_of("full", "normal"), "full", "normal: a power cut may undo"),
    },
    "supervisor": {
        "status_group": Key(q.text, None, "who may ask for status and metrics; absent: our group"),
        "control_group": Key(q.text, None, "who may also steer and stop it; absent: our group"),
        "hung_after": Key(q.patience, 120_000, "a worker that is silent so long is replaced"),
        "cgroups": Key(q.boolean, False, "a cgroup per worker: what it started dies with it"),
    },
    "plugins": {
        "enabled": Key(q.texts, None, "entry points of the group flowy.plugins; absent: all"),
        "modules": Key(q.texts, (), "modules to load by name, without packaging"),
        "on_mismatch": Key(
            q.one_of("warn", "error"), "warn", "types that SWF knows with other defaults are told"
        ),
    },
    "payloads": {
        "store": Key(q.store, None, "dir:///PATH or s3://BUCKET/PREFIX; absent: no payload store"),
        "threshold": Key(q.count(1_024, 32_768), 32_768, "texts with more characters go there"),
        "codecs": Key(q.texts, (), 'what texts go through: "zlib", "gzip", "fernet", plugins\''),
        "keys_file": Key(q.text, None, "a file of keys for fernet, one a line, the first encrypts"),
        "keys_env": Key(q.text, None, "a variable of the environment that holds such keys"),
        "converter": Key(q.text, None, "module:name of a flowy.Converter that knows more types"),
    },
    "logs": {
        "format": Key(q.one_of("auto", "json", "console"), "auto", "auto: text on a terminal"),
        "level": Key(q.one_of("debug", "info", "warning", "error"), "info", "what is logged"),
    },
    "web": {
        "listen": Key(q.address, None, "HOST:PORT of /metrics, /healthz and /readyz; absent: none"),
    },
}
POOL: Mapping[str, Key] = {
    "kind": Key(q.one_of("decider", "activity", "lambda"), REQUIRED, "what its workers do"),
    "task_list": Key(
        q.swf_name, None, "the task list it serves; absent: the pool's name", named=True
    ),
    "processes": Key(q.count(1, 1000), 1, "how many workers"),
    "max_tasks": Key(q.count(1, 10**9), None, "a worker is replaced after so many tasks"),
    "max_memory": Key(q.size, None, "a worker is replaced after a task that leaves it bigger"),
    "keep": Key(q.count(0, 10**6), 5_000, "executions in a decider's memory; 0: it replays each"),
    "keep_memory": Key(q.size, 256 * 2**20, "how much these may let a decider grow"),
    "drain_timeout": Key(q.duration, 240_000, "how long a task may run on while flowyd stops"),
    "plugins": Key(q.texts, (), "the pool stays down unless these plugins loaded"),
}


def known_sections() -> tuple[str, ...]:
    """All names that may stand at the top of the file."""
    return (*TOP, *SECTIONS, "pools")
