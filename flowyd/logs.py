"""Structured logs on standard error: JSON for machines, coloured text for a person."""

import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

import structlog

MACHINES = ("INVOCATION_ID", "JOURNAL_STREAM", "KUBERNETES_SERVICE_HOST", "container")
"""Variables that systemd and containers set."""


def configure(log_format: str, level: str, environ: Mapping[str, str] = os.environ) -> None:
    """Set up this process's logs. `log_format` is auto, json or console."""
    json = log_format == "json" or (log_format == "auto" and not is_for_people(environ))
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
    ]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *finish(json)],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard module; their debug output is nobody's business here.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish(json)],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def finish(json: bool) -> list[Any]:
    """The last processors: from a dict to a line."""
    if json:
        return [
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # may be secrets
            ),
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(default=str),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def is_for_people(environ: Mapping[str, str]) -> bool:
    """Whether somebody reads along at a terminal."""
    return sys.stderr.isatty() and not any(name in environ for name in MACHINES)
