"""Parameters of addresses: one that an operation does not have is refused, by its name.

Decides that a misspelt filter never passes for no filter. Pages of the desk are not asked: addresses people
keep may bear what a mail program added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes

from space.errors import SpaceError

# A name fit to be repeated in a problem; others are told as `?`.
# Parameters of operations already asked for, by what answers them.
_parameters: dict[Callable[..., Any], Mapping[str, bool]] = {}
_NAME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]{0,40}$")


class UnknownParameter(SpaceError):
    """A parameter the operation does not have.

    Attributes:
        names: as sent, those fit to be repeated.
        known: names of the parameters it has.
    """

    def __init__(self, names: tuple[str, ...], known: tuple[str, ...]) -> None:
        self.names = tuple(name if _NAME.match(name) else "?" for name in names)
        self.known = known
        has = f"it has {', '.join(known)}" if known else "it has none"
        super().__init__(f"this operation has no parameter {', '.join(self.names)} — {has}")


class RepeatedParameter(UnknownParameter):
    """A parameter that is given once was given more than once: which of them is meant, nobody says."""

    def __init__(self, name: str) -> None:
        self.names, self.known = (name,), (name,)
        SpaceError.__init__(self, f"the parameter {name} is given once — leave the others out")


async def known_parameters(request: Request) -> None:
    """Refuse what the operation does not have.

    Raises:
        UnknownParameter: see there.
        RepeatedParameter: see there.
    """
    if not request.query_params or not request.url.path.startswith("/v1/"):
        return
    known = _known(request)
    unknown = tuple(dict.fromkeys(name for name in request.query_params if name not in known))
    if unknown:
        raise UnknownParameter(unknown, tuple(sorted(known)))
    for name, many in known.items():
        if not many and len(request.query_params.getlist(name)) > 1:
            raise RepeatedParameter(name)


def _known(request: Request) -> Mapping[str, bool]:
    """Names of the parameters of the operation; whether each may be given more than once."""
    route = request.scope["route"]
    found = _parameters.get(route.endpoint)
    if found is None:
        flat = get_flat_params(route.dependant)
        asked = [one for one in flat if getattr(one.field_info, "in_", None) is ParamTypes.query]
        found = {one.alias: _many(one.field_info.annotation) for one in asked}
        _parameters[route.endpoint] = found
    return found


def _many(annotation: object) -> bool:
    return "list[" in str(annotation) or "tuple[" in str(annotation)
