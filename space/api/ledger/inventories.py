"""``/v1/inventory``: systems and tables the ledger must account for 应编尽编; a thin door."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.inventory import accounting, asked, excluding
from catalog.inventory.balance import balance as balanced
from catalog.inventory.errors import InventoryError
from catalog.inventory.explaining import explain as explained
from catalog.inventory.external import declare_external
from catalog.inventory.importing import import_workbook
from catalog.inventory.matching import match as matched
from catalog.inventory.periods import Period
from catalog.inventory.workbook import Read
from catalog.inventory.workbook import read as read_workbook
from catalog.inventory.workbook import template as write_template
from catalog.workbook.faults import WorkbookFaulty
from policies.access import Act
from policies.decision import Deny
from space.access import judging
from space.access.concerned import owners
from space.access.departments import of_fallen, of_systems, of_table
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Reasoned, Signed
from space.api.entrance.owning import owners_seen, reached, seen, tables_reached, towards
from space.api.ledger.drafting import XLSX, Sent, fault_document, unpacked
from space.api.ledger.leaving_out import Left, codes_of, leave_out, leaving_out
from space.api.services import permit
from space.errors import Refused

router = APIRouter(prefix="/v1/inventory", tags=["inventory"])

Month = Annotated[
    str, Query(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$", description="YYYY-MM; the month that runs.")
]
_TABLE = Field(min_length=3, max_length=260, description="`SYSTEM/TABLE`.")


class Listed(Signed):
    """The workbook, or CSV, of systems and tables."""

    file: Sent
    complete: bool = Field(False, description="It lists every table of its systems: others are gone.")


class Behind(Signed):
    """A table and the entry it stands behind, or does not."""

    table: Annotated[str, _TABLE]
    entry: str = Field(min_length=1, max_length=130, description="`schema.table`, or resource code.")


class Back(Reasoned):
    """A table that is to be accounted for again."""

    table: Annotated[str, _TABLE]


class Outside(Signed):
    """An entry whose data comes from outside the surveyed systems."""

    entry: str = Field(min_length=1, max_length=130)
    words: str = Field(min_length=1, max_length=2000, description="Where its data comes from.")


class Explained(Reasoned):
    """Why things fall out of a month's balance."""

    stage: str = Field(min_length=1, max_length=40, description="The step it falls out of.")
    what: list[str] = Field(default_factory=list, max_length=1000, description="By name, or:")
    code: str = Field("", max_length=60, description="everything that falls out for this cause.")
    until: str = Field("", pattern=r"^([12]\d{3}-(0[1-9]|1[0-2]))?$", description="Last month; the first.")


@router.get("/tables")
def tables(
    look: Look,
    page: Page,
    system: Annotated[str, Query(max_length=200)] = "",
    owner: Annotated[str, Query(max_length=200, description="Department: name or code.")] = "",
    status: Literal["catalogued", "excluded", "open"] | None = None,
) -> Response:
    """Tables and how each is accounted for; `status=open` are those neither catalogued nor excluded."""
    permit(look.who, Act.DETAIL_READ)
    mine, part = owners_seen(look, Act.DETAIL_READ, asked.owners), page.part(str, str)
    wanted = asked.Asked(look.today, system, owner, status, mine)
    found, counted = look.at(lambda c: (asked.listing(c, wanted, part), asked.counts(c, wanted)))
    rows = [one.to_document() for one in found]
    return page.parted("tables", rows, "system", "table", more={"states": counted})


@router.get("/template", response_class=Response)
def template(look: Look) -> Response:
    """The empty workbook departments list their systems and tables in."""
    permit(look.who, Act.INVENTORY_KEEP)
    with tempfile.TemporaryDirectory(prefix="ybz-made-") as folder:
        file = Path(folder, "inventory.xlsx")
        write_template(file, look.today)
        return Response(file.read_bytes(), media_type=XLSX)


@router.post("/imports")
def take(said: Listed, do: Do) -> Document:
    """Take a workbook of systems and tables: all of it, or none, with every faulty cell and its remedy.

    A row leaves a table out only where the caller may do that; it waits for whom the row names to sign.
    """
    permit(do.who, Act.INVENTORY_KEEP)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        done = import_workbook(
            connection, given, by=by, now=now, complete=said.complete, judge=leaving_out(do, by, now)
        )
        return {"ok": True, "faults": [], **done.to_document()}

    with unpacked([said.file]) as place:
        given = read_workbook(place / PurePosixPath(said.file.name).name)
        _towards_systems(do, given)
        try:
            return do.inside(act)
        except WorkbookFaulty as faulty:
            return {"ok": False, "faults": [fault_document(one) for one in faulty.faults]}


@router.post("/matching")
def match(said: Signed, do: Do) -> Document:
    """Look for the entries of one's own open tables: certain ones hold, likely ones are proposed."""
    permit(do.who, Act.INVENTORY_KEEP)
    by, mine = do.by(said), {one.id for one in tables_reached(do, Act.INVENTORY_KEEP)}

    def act(connection: Connection, now: datetime) -> Document:
        found = matched(connection, by=by, now=now, tables=mine)
        return {"matches": [one.to_document() for one in found]}

    return do.inside(act)


@router.post("/confirmations")
def confirm(said: Behind, do: Do) -> Document:
    """Say that a table stands behind an entry."""
    permit(do.who, Act.INVENTORY_KEEP)
    _towards_table(do, Act.INVENTORY_KEEP, said.table)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        accounting.confirm(connection, said.table, said.entry, by=by, now=now)
        return {"table": said.table, "entry": said.entry, "state": "confirmed"}

    return do.inside(act)


@router.post("/rejections")
def reject(said: Behind, do: Do) -> Document:
    """Say that a table does not stand behind an entry; it is not proposed again."""
    permit(do.who, Act.INVENTORY_KEEP)
    _towards_table(do, Act.INVENTORY_KEEP, said.table)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        accounting.reject(connection, said.table, said.entry, by=by, now=now)
        return {"table": said.table, "entry": said.entry, "state": "rejected"}

    return do.inside(act)


@router.post("/exclusions", status_code=202)
def exclude(said: Left, do: Do) -> Document:
    """Ask for a table to be left out, for a reason of the list; it is, when whoever is named has signed."""
    permit(do.who, Act.INVENTORY_REVIEW)
    _towards_table(do, Act.INVENTORY_REVIEW, said.table)
    return do.inside(lambda c, now: leave_out(do, c, said, now))


@router.post("/inclusions")
def include(said: Back, do: Do) -> Document:
    """End the exclusion of a table: it is open again."""
    permit(do.who, Act.INVENTORY_KEEP)
    _towards_table(do, Act.INVENTORY_KEEP, said.table)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        excluding.include(connection, said.table, reason=said.reason, by=by, now=now)
        return {"table": said.table, "state": "open"}

    return do.inside(act)


@router.post("/external-sources")
def external(said: Outside, do: Do) -> Document:
    """Declare that an entry's data comes from outside the surveyed systems."""
    permit(do.who, Act.INVENTORY_KEEP)
    theirs = do.at(lambda c: owners(c, "dataset", said.entry))
    if theirs:
        towards(do, Act.INVENTORY_KEEP, *theirs)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        declare_external(connection, said.entry, words=said.words, by=by, now=now)
        return {"entry": said.entry, "source": said.words}

    return do.inside(act)


@router.get("/balance")
def balance(look: Look, period: Month | None = None) -> Document:
    """A month's balance: systems, tables, entries, live, shared, used; what of one's own fell out, why."""
    permit(look.who, Act.DETAIL_READ)
    now = look.now
    told = look.at(lambda c: balanced(c, period or Period.running(now).text, now).to_document())
    entries, fallen = seen(look, Act.DETAIL_READ), told["fallen_out"]
    systems = {one["what"].partition("/")[0] for one in fallen if one["what"] not in entries}
    codes = dict.fromkeys(systems, "") | look.at(lambda c: of_systems(c, systems, look.today))
    mine = reached(look, Act.DETAIL_READ, codes.values())
    own = entries | {each for each in systems if codes[each] in mine}
    return told | {
        "fallen_out": [one for one in fallen if one["what"] in own or one["what"].partition("/")[0] in own]
    }


@router.post("/balance/{period}/explanations")
def explain(
    period: Annotated[str, Field(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")], said: Explained, do: Do
) -> Document:
    """Explain why things fall out of a month's balance: by name, or all of a cause."""
    permit(do.who, Act.INVENTORY_KEEP)
    by, who = do.by(said), do.who

    def act(connection: Connection, now: datetime) -> Document:
        if bool(said.what) == bool(said.code):
            raise InventoryError("name what is explained, or a cause — one of both")
        fallen = [one for one in balanced(connection, period, now).fallen_out if one.stage == said.stage]
        chosen = [one for one in fallen if one.what in said.what or one.code == said.code]
        if set(said.what) - {one.what for one in chosen}:
            raise InventoryError("one of what is named does not fall out of that step in that month")
        codes = {one.what: of_fallen(connection, one.what, do.today) for one in chosen}
        for code in sorted(set(codes.values())):
            decision = judging.towards(
                connection, who.role, who.organisation, Act.INVENTORY_KEEP, (code,), do.today
            )
            if not isinstance(decision, Deny):
                continue
            if said.what:
                raise Refused(decision)
            # Of a cause each explains what is its own.
            chosen = [one for one in chosen if codes[one.what] != code]
        count = explained(connection, chosen, period, reason=said.reason, by=by, now=now, until=said.until)
        return {"explained": count, "stage": said.stage, "period": period, "until": said.until or period}

    return do.inside(act)


def _towards_table(do: Doing, act: Act, table: str) -> None:
    towards(do, act, do.at(lambda c: of_table(c, table, do.today)))


def _towards_systems(do: Doing, given: Read) -> None:
    """Let a listing pass only where each of its systems is the caller's, as it stands and as it is stated."""
    stated: dict[str, set[str]] = {}

    def read(connection: Connection) -> None:
        for line in given.tables:
            stated.setdefault(line.get("system"), set()).update(codes_of(connection, line, do))

    do.at(read)
    for codes in stated.values():
        for code in sorted(codes) or [""]:
            towards(do, Act.INVENTORY_KEEP, code)
