"""Structured logs 结构化日志: one JSON object a line on the error stream.

Decides what of a record may be written: our own words whole; of another library its pattern without the
values, or the place in its code; of an exception its kind and places, never its message. That query text and
values are in no record of ours is each module's own duty; a guard of the tests watches it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

# Loggers whose records are written with the values they were given.
OURS: Final = frozenset({"contracts", "policies", "catalog", "space", "pipelines", "ybz", "uvicorn"})
# Frames of an exception that are told, the nearest ones.
_DEEPEST: Final = 8
# What every record gets, whoever made it.
_SHARED: Final[tuple[Any, ...]] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.contextvars.merge_contextvars,
)

Event = MutableMapping[str, Any]


class JsonLines(structlog.stdlib.ProcessorFormatter):
    """Writes a record as a line, and of records that are not ours no value."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        if record.name.partition(".")[0] not in OURS and not hasattr(record, "_logger"):
            pattern = str(record.msg) if record.args else "(said without a pattern)"
            where = f"{record.module}:{record.lineno} {record.funcName}"
            record = logging.makeLogRecord({**record.__dict__, "msg": f"{pattern} at {where}", "args": ()})
        return super().format(record)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every record of this process to ``stream`` as JSON, one object a line.

    Args:
        level: least weight: ``debug``, ``info``, ``warning`` or ``error``.
        stream: the error stream where None.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        JsonLines(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_values,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=_kind),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    # It would keep the words people search for.
    logging.getLogger("uvicorn.access").disabled = True
    # It tells of every call a page makes within the process, which is told of as a request already.
    logging.getLogger("httpx").setLevel(max(logging.WARNING, root.level))


def of(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module, which takes an event and its fields; it writes where :func:`configure` says."""
    made: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return made


def without_values(_logger: Any, _method: str, event: Event) -> Event:
    """Put the kind of an exception and its places in the code where its message would be."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = sys.exc_info() if given is True else given
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    if isinstance(error, tuple) and error[0] is not None:
        event["error"] = error[0].__name__
        event["places"] = places(error[2])
    return event


def places(trace: TracebackType | None) -> list[str]:
    """Where an exception came from, the nearest last, as ``file:line function``; no line of source."""
    frames = traceback.extract_tb(trace)[-_DEEPEST:]
    return [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in frames]


def bind(values: Mapping[str, Any]) -> None:
    """Let every record of this request carry these, and none of the one before."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**values)


def _kind(value: object) -> str:
    """Whatever JSON has no form for is named by its kind."""
    return f"({type(value).__name__})"
