"""What is exec'd, and what the children are told; made from the configuration."""

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from flowyd import PROTOCOL
from flowyd.config import Config
from flowyd.config.shapes import ENGINE as EMBEDDED
from flowyd.config.shapes import LogsConfig, PluginsConfig, PoolConfig
from flowyd.supervisor import messages
from flowyd.supervisor.keys import FILE as KEY_FILE
from flowyd.supervisor.keys import engine_key
from flowyd.supervisor.services import COURIER, ENGINE, WEB, generation_of

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""numpy starts a thread per core at import, and a fork loses them."""


class Commands:
    """The commands of one daemon. It remembers where its engine serves, and with which key.

    Raises:
        FlowyError, OSError: if the engine's key can be neither read nor made.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._embedded = config.swf.backend == EMBEDDED
        self._key = engine_key(config.state_dir) if self._embedded else None
        self._listen = config.engine.listen
        self._left = address_left(config)
        self._url: str | None = None

    def engine_serves(self, url: str) -> None:
        """The engine said where: it serves there again, as its clients hold that address."""
        self._url = url
        self._listen = urlsplit(url).netloc

    def of(self, name: str) -> list[str]:
        """The module of a child and its arguments."""
        if name == ENGINE:
            db = str(self._config.engine.db)
            keys = str(self._config.state_dir / KEY_FILE)
            # Where a dead supervisor's engine was, its clients may still be; tried once.
            listen, self._left = self._left or self._listen, None
            command = ["flowy", "engine", "--db", db, "--listen", listen, "--credentials", keys]
            settings = self._config.engine
            kept = ["--retention", str(settings.retention)]
            return [*command, *kept, "--synchronous", settings.synchronous.upper()]
        if name == WEB:
            run_dir = str(self._config.run_dir)
            return ["flowyd.web", self._config.web.listen or "", run_dir]
        if name == COURIER:
            return ["flowyd.courier"]
        if generation_of(name) is not None:
            return ["flowyd.supervisor.zygote"]
        raise KeyError(name)

    def environment(self) -> dict[str, str]:
        """The environment of every child."""
        return dict(os.environ)

    def swf(self, config: Config) -> messages.SwfJob:
        """Where SWF is for a generation, as far as it is known now."""
        swf = config.swf
        return messages.SwfJob(
            domain=self._config.domain,
            embedded=self._embedded,
            endpoint_url=self._url if self._embedded else swf.endpoint_url,
            region=swf.region,
            profile=swf.profile,
            credentials=self._key,
            retention=self._config.engine.retention,
            instance=self._config.instance,
            on_mismatch=config.plugins.on_mismatch,
        )


def address_left(config: Config) -> str | None:
    """Where the engine of a supervisor that was killed listened; None: any address will do."""
    if not config.engine.listen.endswith(":0"):
        return None
    try:
        url = (config.state_dir / "engine.url").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return urlsplit(url).netloc or None


def zygote_environment() -> dict[str, str]:
    """The environment of plugin code; what the operator set stays, but for random hashes.

    Workflow code that goes through a set must find the same order in each replay.
    """
    environment = {**dict.fromkeys(ONE_THREAD, "1"), **os.environ}
    if environment.get("PYTHONHASHSEED", "random") == "random":
        environment["PYTHONHASHSEED"] = "0"
    return environment


def load_order(
    plugins: PluginsConfig,
    pools: Sequence[PoolConfig] | None,
    logs: LogsConfig,
    *,
    strict: bool,
    embedded: bool,
    home: messages.Home | None,
) -> messages.Load:
    """The zygote's first message. Without `pools` no verdict on them is asked for."""
    return messages.Load(
        protocol=PROTOCOL,
        supervisor=os.getpid(),
        enabled=plugins.enabled,
        modules=plugins.modules,
        pools=None if pools is None else tuple(map(pool_job, pools)),
        strict=strict,
        embedded=embedded,
        log_format=logs.format,
        log_level=logs.level,
        home=home,
    )


def home(config: Config) -> messages.Home:
    """What plugins must know of their daemon."""
    return messages.Home(config.domain, config.instance, config.payloads)


def pool_job(pool: PoolConfig) -> messages.PoolJob:
    """What a worker must know of its pool."""
    return messages.PoolJob(
        name=pool.name,
        kind=pool.kind,
        task_list=pool.task_list,
        where=pool.where,
        max_tasks=pool.max_tasks,
        max_memory=pool.max_memory,
        plugins=pool.plugins,
        keep=pool.keep,
        keep_memory=pool.keep_memory,
    )
