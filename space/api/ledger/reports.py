"""``/v1/figures``, ``/v1/overview``, ``/v1/reports``, ``/v1/usage``, ``/v1/editions``: what is counted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from catalog.editions import closing
from catalog.editions.difference import difference
from catalog.inventory.periods import Period
from catalog.keys import ring_of
from catalog.reporting import figures as counted
from catalog.reporting import monthly, overview
from catalog.reporting.audience import seen_by
from catalog.reporting.monthly import Report
from catalog.reporting.page import page as report_page
from catalog.revisions import titles
from catalog.usage import counts, mapping
from catalog.usage.importing import import_logs
from policies.access import Act, Role
from policies.machine import Office
from space.access.departments import name_of, names_of
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import reached, seen
from space.api.ledger.drafting import NoFile, Sent, unpacked
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["reports"])

_MONTH = r"^[12]\d{3}-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=_MONTH, description="YYYY-MM.")]
Table = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="Name of a table of the edition.")]


class Drafted(Signed):
    """Which month."""

    period: Month


class Replied(Signed):
    """What a department says to its figures."""

    department: str = Field(
        min_length=1, max_length=200, description="Of the authority; a department replies for itself."
    )
    text: str = Field(min_length=1, max_length=4000)


class Logs(Signed):
    """Logs of a platform, as counts."""

    platform: str = Field(min_length=1, max_length=100)
    mapping: dict[str, Any] = Field(max_length=100, description="Which columns are read, what they mean.")
    files: list[Sent] = Field(min_length=1, max_length=100)
    replace: str = Field("", max_length=2000, description="Replace days imported before, for a reason.")


@router.get("/figures")
def list_figures(
    look: Look,
    page: Page,
    area: Annotated[str, Query(max_length=60)] = "",
    period: Annotated[str | None, Query(pattern=_MONTH)] = None,
) -> Response:
    """Figures of the ledger, each with its definition and as-of time."""
    permit(look.who, Act.FIGURES_READ)
    now = look.now
    month = period or Period.running(now).text
    found = look.at(lambda c: counted.figures(c, month, now, area=area, names=()))
    return page.answer("figures", [one.to_document(rows=False) for one in found], "id")


@router.get("/figures/{figure}")
def figure(
    figure: Annotated[str, Field(max_length=60)],
    look: Look,
    period: Annotated[str | None, Query(pattern=_MONTH)] = None,
    rows: bool = False,
) -> Document:
    """One figure; with `rows` those it is counted from."""
    permit(look.who, Act.FIGURES_READ)
    now = look.now
    month = period or Period.running(now).text
    found = look.at(lambda c: counted.figure(c, figure, month, now))
    return _with_titles(look, found) if rows else found.to_document()


@router.get("/overview")
def glance(look: Look) -> Document:
    """The ledger at a glance: the figures that follow from the public view, with their definitions."""
    permit(look.who, Act.CATALOGUE_READ)
    found = look.at(lambda c: overview.overview(c, look.now))
    return {"figures": [one.to_document() for one in found]}


@router.get("/overview/{figure}")
def glance_at(figure: Annotated[str, Field(max_length=60)], look: Look) -> Document:
    """One of the public figures, with the rows it is counted from."""
    permit(look.who, Act.CATALOGUE_READ)
    return _with_titles(look, look.at(lambda c: overview.public_figure(c, figure, look.now)))


def _with_titles(look: Look, figure: counted.Figure) -> Document:
    """A figure with its rows, and what the datasets they name are called."""
    names = {row["dataset"] for row in figure.rows if row.get("dataset")}
    return figure.to_document(rows=True) | {"titles": look.at(lambda c: titles(c, names))}


@router.post("/reports", status_code=201)
def draft(said: Drafted, do: Do) -> Document:
    """Draft the report of a month, as the data authority; departments may reply."""
    permit(do.who, Act.CATALOGUE_REPORT)
    by = do.by(said)
    return do.inside(lambda c, now: monthly.draft(c, said.period, by=by, now=now).to_document())


@router.get("/reports/{period}")
def show(period: Month, look: Look, department: Annotated[str, Query(max_length=200)] = "") -> Document:
    """The report of a month, as the caller's department sees it; the authority and auditors see the whole."""
    permit(look.who, Act.CATALOGUE_READ)
    found, who = look.at(lambda c: monthly.find(c, period)), look.who
    if reached(look, Act.DETAIL_READ, (who.organisation,)):
        own = look.at(lambda c: name_of(c, who.organisation, look.today))
    else:
        own = ""
    return _seen(look, found, own if department in ("", own) else "")


@router.get("/reports/{period}/page", response_class=HTMLResponse)
def printed(
    period: Month,
    look: Look,
    department: Annotated[str, Query(max_length=200)] = "",
    language: Literal["zh", "en"] = "zh",
) -> HTMLResponse:
    """The same on two pages to print."""
    permit(look.who, Act.FIGURES_READ)
    found = look.at(lambda c: monthly.find(c, period))
    return HTMLResponse(report_page(found, department=department, language=language))


@router.post("/reports/{period}/replies")
def reply(period: Month, said: Replied, do: Do) -> Document:
    """Reply to the figures of a draft 申辩; it is printed beside them."""
    permit(do.who, Act.CATALOGUE_KEEP)
    by, who = do.by(said), do.who
    own = who.role is not Role.AUTHORITY
    department = do.at(lambda c: name_of(c, who.organisation, do.today)) if own else said.department
    return do.inside(
        lambda c, now: _seen(
            do,
            monthly.reply(c, period, department, said.text, by=by, now=now, office=Office.STEWARD),
            department,
        )
    )


@router.post("/reports/{period}/closing")
def close(period: Month, said: Signed, do: Do) -> Document:
    """Close a report, as the data authority: its figures and replies are frozen."""
    permit(do.who, Act.CATALOGUE_REPORT)
    by = do.by(said)
    return do.inside(lambda c, now: monthly.close(c, period, by=by, now=now).to_document())


@router.get("/usage")
def usage(
    look: Look,
    page: Page,
    name: Annotated[str, Query(max_length=130)] = "",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """How often datasets were used, where and by which organisation; 30 days where none is said."""
    permit(look.who, Act.USAGE_READ)
    to = last or look.today
    since = first or to - timedelta(days=30)
    uses = look.at(lambda c: counts.shown(c, since, to, name or None))
    names = ("dataset", "where", "consumer", "kind", "outcome", "count")
    mine = seen(look, Act.USAGE_READ)
    rows = [{each: getattr(one, each) for each in names} for one in uses if one.dataset in mine]
    codes = {one.consumer for one in uses if one.consumer}
    named = look.at(lambda c: names_of(c, codes, look.today))
    rows = [row | {"consumer_name": named.get(row["consumer"], "")} for row in rows]
    return page.answer(
        "uses", rows, "dataset", "where", "consumer", "kind", "outcome", more={"from": since, "to": to}
    )


@router.post("/usage/imports")
def import_usage(said: Logs, do: Do) -> Document:
    """Import logs of existing platforms and gateways as counts; all files of the days at once."""
    permit(do.who, Act.USAGE_IMPORT)
    by, how = do.by(said), mapping.from_document(said.mapping, do.today)
    with unpacked(said.files) as place:
        files = [place / PurePosixPath(one.name) for one in said.files]
        return do.apart(
            lambda now: import_logs(
                do.engine, files, said.platform, how, by=by, now=now, replacing=said.replace
            ).to_document()
        )


@router.get("/editions")
def list_editions(look: Look, page: Page) -> Response:
    """Every closed edition."""
    permit(look.who, Act.CATALOGUE_READ)
    part = page.part(str, int)
    found = look.at(lambda c: closing.all_closed(c, part))
    return page.parted("editions", [one.to_document() for one in found], "period", "number")


@router.get("/editions/{period}")
def edition(
    period: Month, look: Look, number: Annotated[int | None, Query(ge=1, le=10_000)] = None
) -> Document:
    """A closed edition, and whether its digest and signature hold."""
    permit(look.who, Act.CATALOGUE_READ)
    found = look.at(lambda c: closing.find(c, period, number))
    ring = look.at(lambda c: ring_of(c, look.wired.signer))
    problem = closing.verify(look.wired.home, found, ring).problem
    return found.to_document() | {"ok": not problem, "problem": problem}


@router.get("/editions/{period}/differences")
def changes(
    period: Month, look: Look, number: Annotated[int | None, Query(ge=1, le=10_000)] = None
) -> Document:
    """What changed since the edition before."""
    permit(look.who, Act.CATALOGUE_READ)
    home = look.wired.home
    found = look.at(lambda c: closing.find(c, period, number))
    former = look.at(lambda c: closing.before(c, period))
    older = {} if former is None else closing.tables_of(home, former)
    changed = difference(older, closing.tables_of(home, found))
    names = ("dataset", "field", "kind", "what", "before", "after", "words")
    return {
        "period": found.period,
        "number": found.number,
        "numbers": {name: {"before": old, "after": new} for name, (old, new) in changed.numbers.items()},
        "changes": [{name: getattr(one, name) for name in names} for one in changed.changes],
    }


@router.get("/editions/{period}/tables/{table}")
def table(period: Month, table: Table, look: Look, page: Page) -> Response:
    """A table of a closed edition, as it was then: the public view."""
    permit(look.who, Act.CATALOGUE_READ)
    found = look.at(lambda c: closing.find(c, period))
    if table not in closing.tables_of(look.wired.home, found):
        raise NoFile("the edition has no such table")
    rows: list[Document] = closing.read(look.wired.home, found, table).to_pylist()
    return page.answer("rows", [{"row": n, **row} for n, row in enumerate(rows, 1)], "row")


def _seen(look: Look, found: Report, department: str) -> Document:
    document = found.to_document()
    if look.who.role in (Role.AUTHORITY, Role.AUDITOR):
        return document
    return document | seen_by(found.content, department)
