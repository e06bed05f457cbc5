"""What a route takes is read from its handler once a process, not once an application.

Decides nothing about requests. FastAPI reads every handler's signature at the first request of every
application, which takes a second; tests make an application each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

# A function of FastAPI's own: where a version has it no longer, every application reads for itself.
_READING: Final = "_build_dependant_with_parameterless_dependencies"


@contextmanager
def routes_once() -> Iterator[None]:
    """Within the block, applications share what was read of a handler at a path with its dependencies."""
    routing: Any = sys.modules.get("fastapi.routing")
    read = getattr(routing, _READING, None)
    if read is None:
        yield
        return
    setattr(routing, _READING, _kept(read))
    try:
        yield
    finally:
        setattr(routing, _READING, read)


def _kept(read: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[object, Any] = {}

    def once(*, path: str, call: Callable[..., Any], dependencies: Sequence[Any]) -> Any:
        asked = (path, call, tuple(dependencies))
        if not all(isinstance(each, Hashable) for each in dependencies):
            return read(path=path, call=call, dependencies=dependencies)
        if asked not in known:
            known[asked] = read(path=path, call=call, dependencies=dependencies)
        return known[asked]

    return once
