"""``/v1/grassroots``: what a ledger is fed by and keeps, its workbook, its people and who stands in for whom.

A body keeps items, workbooks and its own stand-ins' ends; feeds, registration, hand-overs and stand-ins are
arranged for it by whoever stands above it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from policies.access import Act
from policies.showing import showing
from space.api.answering import files
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import reached, towards
from space.api.ledger.drafting import Sent
from space.api.services import permit
from space.errors import Unknown
from space.identity.colleagues import colleagues
from space.wayback.backflow.bodies import bodies
from space.wayback.grassroots import handing, registering, setting_up, stand_ins, verifying
from space.wayback.grassroots.items import LedgerItem, Type, kind_called
from space.wayback.grassroots.judging import Acting
from space.wayback.grassroots.records import shown
from space.wayback.grassroots.returning import take_back
from space.wayback.grassroots.workbook import export

router = APIRouter(prefix="/v1/grassroots", tags=["grassroots"])

Body = Annotated[str, Field(max_length=40, description="Code of the grass-roots body.")]
Kind = Annotated[str, Field(max_length=20, description="person, household, house or shop.")]
Person = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[str, Field(max_length=40)]


class Item(Signed):
    """A local item; the body answers for it."""

    name: str = Field(min_length=1, max_length=63)
    title: str = Field(min_length=1, max_length=200, description="As printed.")
    kind: Kind = "person"
    type: Literal["text", "date", "number", "yes_no", "choice"] = "text"
    allowed: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=200)


class Bound(Signed):
    """A subscribed dataset that feeds one kind of record."""

    dataset: str = Field(min_length=1, max_length=130)
    kind: Kind = "person"
    key: str = Field("", max_length=63, description="Field that identifies the record; by its unit if none.")


class Filled(Signed):
    """A workbook of the ledger, filled."""

    file: Sent
    kind: Kind = "person"


class Registered(Signed):
    """Local items that become a dataset."""

    kind: Kind = "person"
    assessment: str = Field("", max_length=200, description="Reference of the impact assessment.")


class Over(Signed):
    """Open tasks handed from one person to another."""

    giver: Person
    taker: Person
    first_on: date
    last_on: date | None = Field(None, description="For good where left out.")
    tasks: list[Id] = Field([], max_length=500, description="All open ones where left out.")
    reason: str = Field(min_length=1, max_length=2000)


class StoodIn(Signed):
    """Who does whose tasks for some days AB角."""

    person: Person
    stand_in: Person
    first_on: date
    last_on: date
    reason: str = Field(min_length=1, max_length=2000)


@router.post("/items", status_code=201)
def add_item(said: Item, do: Do) -> Document:
    """Keep one more local item; the body answers for it."""
    permit(do.who, Act.LEDGER_KEEP)
    by, mine = do.by(said), do.who.organisation
    item = LedgerItem(said.name, said.title, "", "", type=Type(said.type), allowed=tuple(said.allowed))
    return do.apart(lambda now: asdict(setting_up.add_item(do.engine, mine, said.kind, item, by=by, now=now)))


@router.get("/workbook", response_class=Response)
def workbook(
    look: Look,
    kind: Annotated[str, Query(max_length=20, description="person, household, house or shop.")] = "person",
    item: Annotated[list[str], Query(max_length=200, description="Only these; all where left out.")] = [],  # noqa: B006
) -> Response:
    """The open records of a kind as a workbook, to be filled and sent back; it holds values."""
    permit(look.who, Act.LEDGER_KEEP)

    def write(path: Path) -> None:
        look.at(lambda c: export(c, look.who.organisation, path, now=look.now, kind=kind, items=tuple(item)))

    return files.written(f"ledger-{kind}.xlsx", files.XLSX, write)


@router.post("/workbooks")
def take(said: Filled, do: Do) -> Document:
    """Read a filled workbook back: right rows are taken, wrong ones told and marked in a copy."""
    permit(do.who, Act.LEDGER_KEEP)
    by, mine = do.by(said), do.who.organisation
    marked: list[str | None] = []

    def act(now: datetime) -> Document:
        with files.given(said.file) as (path,):
            copy = path.with_name("marked.xlsx")
            acting = Acting(mine, by, now)
            done = take_back(do.wired.home, do.engine, path, acting, kind=said.kind, report=copy)
            marked.append(files.encoded(copy))
        return asdict(done)

    # The copy holds values: it is told this once, and kept by nobody.
    return do.apart(act) | {"marked": marked[0] if marked else None}


@router.post("/tasks/{task}/check")
def check(task: Id, said: Signed, look: Look, response: Response) -> Document:
    """What a field check looks at: its records, and which are checked; for who has it or stands in."""
    permit(look.who, Act.LEDGER_KEEP)
    found = look.at(lambda c: verifying.door(c, look.who.organisation, task, look.by(said), look.today))
    masks, on = showing(look.today).masks, look.today
    records = [
        {
            "record": one.id, "kind": one.kind, "identifier": shown(one, kind_called(one.kind, on), masks),
            "checked": one.id in found.checked, "left": list(one.left),
        }
        for one in found.records
    ]  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return {"task": asdict(found.task), "records": records}


@router.get("/stand-ins")
def list_stand_ins(look: Look, page: Page) -> Response:
    """Who stands in for whom in the body, past ones too."""
    permit(look.who, Act.LEDGER_KEEP)
    part = page.part(date, str)
    found = look.at(lambda c: stand_ins.listing(c, look.who.organisation, part))
    return page.parted("stand_ins", [_days(asdict(one)) for one in found], "first_on", "id")


@router.post("/stand-ins/{stand_in}/end")
def end_stand_in(stand_in: Id, said: Signed, do: Do) -> Document:
    """Take a stand-in back from today on."""
    permit(do.who, Act.LEDGER_KEEP)
    if stand_in not in {one.id for one in do.at(lambda c: stand_ins.listing(c, do.who.organisation))}:
        raise Unknown("stand-in", stand_in)
    by = do.by(said)

    def act(now: datetime) -> Document:
        stand_ins.end(do.engine, stand_in, by=by, now=now)
        return {"id": stand_in, "ended": True}

    return do.apart(act)


@router.get("/bodies")
def list_bodies(look: Look) -> Document:
    """The bodies the caller may arrange something for."""
    permit(look.who, Act.LEDGER_ARRANGE)
    found = look.at(bodies)
    mine = reached(look, Act.LEDGER_ARRANGE, (one.code for one in found))
    return {"bodies": [asdict(one) for one in found if one.code in mine]}


@router.get("/bodies/{body}/stand-ins")
def stand_ins_of(body: Body, look: Look) -> Document:
    """Who works in a body, as its tasks name them, and who stands in for whom there, past ones too."""
    permit(look.who, Act.LEDGER_ARRANGE)
    towards(look, Act.LEDGER_ARRANGE, body)
    people = look.at(lambda c: colleagues(c, body, look.today))
    found = look.at(lambda c: stand_ins.listing(c, body))
    told = [_days(asdict(one)) | {"holds": one.covers(look.today)} for one in found]
    return {"people": list(people.values()), "stand_ins": told}


@router.post("/bodies/{body}/stand-ins", status_code=201)
def name_stand_in(body: Body, said: StoodIn, do: Do) -> Document:
    """Name a stand-in for some days."""
    permit(do.who, Act.LEDGER_ARRANGE)
    towards(do, Act.LEDGER_ARRANGE, body)
    by = do.by(said)
    return do.apart(
        lambda now: _days(asdict(stand_ins.name(
            do.engine, body, said.person, said.stand_in, said.first_on, said.last_on, reason=said.reason,
            by=by, now=now,
        )))
    )  # fmt: skip


@router.post("/bodies/{body}/handovers")
def hand_over(body: Body, said: Over, do: Do) -> Document:
    """Hand open tasks over to another person, from a day on and, if wanted, until a day."""
    permit(do.who, Act.LEDGER_ARRANGE)
    towards(do, Act.LEDGER_ARRANGE, body)
    by = do.by(said)

    def act(now: datetime) -> Document:
        done = handing.hand_over(
            do.engine, body, said.giver, said.taker, first_on=said.first_on, last_on=said.last_on,
            tasks=said.tasks, reason=said.reason, by=by, now=now,
        )  # fmt: skip
        return {"tasks": [asdict(one) for one in done]}

    return do.apart(act)


@router.post("/bodies/{body}/feeds", status_code=201)
def bind(body: Body, said: Bound, do: Do) -> Document:
    """Let a subscribed dataset feed one kind of record."""
    permit(do.who, Act.LEDGER_ARRANGE)
    towards(do, Act.LEDGER_ARRANGE, body)
    by = do.by(said)
    return do.apart(
        lambda now: asdict(
            setting_up.bind(do.engine, body, said.dataset, said.kind, said.key, by=by, now=now)
        )
    )


@router.post("/bodies/{body}/datasets", status_code=201)
def register(body: Body, said: Registered, do: Do) -> Document:
    """Enter the local items of a kind of record as a dataset, the body being its source department."""
    permit(do.who, Act.LEDGER_ARRANGE)
    towards(do, Act.LEDGER_ARRANGE, body)
    by = do.by(said)

    def act(now: datetime) -> Document:
        done = registering.register(
            do.wired.home, do.engine, body, said.kind, by=by, now=now, assessment=said.assessment
        )
        # Where its contract lies is nobody's to know; it is read at `/v1/entries/{name}/contract`.
        return {name: value for name, value in asdict(done).items() if name != "contract"}

    return do.apart(act)


def _days(told: Document) -> Document:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}
