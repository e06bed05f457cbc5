"""What every page of contracts has: its place in the reader's room, the reader's side, names of data.

Decides in which room a contract is shown: in that the reader came by, for operators and departments have
contracts alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from policies.clocks import local_date
from policies.purpose import Purpose, purposes
from space.console.calling import Declined
from space.console.pages.contracting.changes import Names
from space.console.pages.department.around import navigation
from space.console.pages.operator.around import ways
from space.console.seats import Seat

_OPERATOR: Final = "/operator"
# Datasets whose columns are called by name on one page.
_MOST: Final = 20


def room(seat: Seat) -> str:
    """Beginning of the addresses of the reader's room."""
    return "/console/operator" if seat.path.startswith(_OPERATOR) else "/console/department"


def around(seat: Seat) -> None:
    """The pages of the reader's room."""
    (ways if seat.path.startswith(_OPERATOR) else navigation)(seat)


def address(seat: Seat, path: str = "", **query: str) -> str:
    """An address among the contracts of the reader's room."""
    known = {name: value for name, value in query.items() if value}
    return f"{room(seat)}/contracts{path}" + (f"?{urlencode(known)}" if known else "")


def known_purposes() -> Mapping[str, Purpose]:
    """The purposes of today, by their codes."""
    return purposes(local_date(datetime.now(UTC)))


async def names(seat: Seat, datasets: Iterable[str]) -> tuple[Names, dict[str, list[dict[str, Any]]]]:
    """What datasets and their columns are called, and the columns as the catalogue tells them."""
    wanted = list(dict.fromkeys(datasets))[:_MOST]

    async def one(name: str) -> dict[str, Any]:
        try:
            return dict(await seat.calls.get(f"/v1/datasets/{name}/dictionary"))
        except Declined:  # it left the catalogue; a name will do
            return {"title": name, "columns": []}

    read = dict(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))
    found = {name: str(told["title"]) for name, told in read.items()}
    for name, told in read.items():
        found |= {f"{name}.{each['name']}": each["title"] or each["name"] for each in told["columns"]}
    return found, {name: list(told["columns"]) for name, told in read.items()}


def datasets_of(contract: Mapping[str, Any]) -> list[str]:
    """The datasets of every offer of a contract."""
    return [one["name"] for offer in contract["offers"] for one in offer["terms"]["datasets"]]
