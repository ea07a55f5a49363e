"""What is exec'd, and what the children are told; made from the configuration."""

import os
from urllib.parse import urlsplit

from flowyd.config import Config
from flowyd.config.shapes import ENGINE as EMBEDDED
from flowyd.config.shapes import PoolConfig
from flowyd.supervisor import messages
from flowyd.supervisor.services import ENGINE, WEB, ZYGOTE

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""numpy starts a thread per core at import, and a fork loses them."""


class Commands:
    """The commands of one daemon. It remembers where its engine serves."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._listen = config.engine.listen
        self._url: str | None = None

    def engine_serves(self, url: str) -> None:
        """The engine said where: it serves there again, as its clients hold that address."""
        self._url = url
        self._listen = urlsplit(url).netloc

    def of(self, name: str) -> list[str]:
        """The module of a child and its arguments."""
        if name == ENGINE:
            db = str(self._config.engine.db)
            return ["flowy", "engine", "--db", db, "--listen", self._listen]
        if name == WEB:
            run_dir = str(self._config.run_dir)
            return ["flowyd.web", self._config.web.listen or "", run_dir]
        if name == ZYGOTE:
            return ["flowyd.supervisor.zygote"]
        raise KeyError(name)

    def environment(self) -> dict[str, str]:
        """The environment of every child."""
        return dict(os.environ)

    def zygote_environment(self) -> dict[str, str]:
        """The environment of plugin code; what the operator set stays."""
        defaults = {"PYTHONHASHSEED": "0"} | dict.fromkeys(ONE_THREAD, "1")
        return {**defaults, **os.environ}

    def load(self, protocol: int, *, strict: bool) -> messages.Load:
        """The zygote's first message."""
        config = self._config
        return messages.Load(
            protocol=protocol,
            supervisor=os.getpid(),
            enabled=config.plugins.enabled,
            modules=config.plugins.modules,
            pools=tuple(map(pool_job, config.pools)),
            strict=strict,
            log_format=config.logs.format,
            log_level=config.logs.level,
        )

    def swf(self) -> messages.SwfJob:
        """Where SWF is, as far as it is known now."""
        swf = self._config.swf
        embedded = swf.backend == EMBEDDED
        url = self._url if embedded else swf.endpoint_url
        return messages.SwfJob(self._config.domain, embedded, url, swf.region, swf.profile)


def pool_job(pool: PoolConfig) -> messages.PoolJob:
    """What a worker must know of its pool."""
    return messages.PoolJob(
        name=pool.name,
        kind=pool.kind,
        task_list=pool.task_list,
        where=pool.where,
        max_tasks=pool.max_tasks,
        max_memory=pool.max_memory,
    )
