"""``ybz rectify``: faults go to the department as workbooks, come back, and are counted.

Whoever runs these commands holds the installation and acts for a department; ``--department`` names it
and refuses what is another's.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click

from catalog.rectification.cli_evaluate import evaluate

__all__ = ["evaluate", "rectify"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
of_department = click.option(
    "--department", default="", metavar="CODE", help="Only what belongs to the department of this code."
)
_STATES: Final = ("open", "sent", "closed", "withdrawn")


@click.group()
def rectify() -> None:
    """Rectification of faulty data (问题数据整改)."""


@rectify.command("list")
@click.argument("name", required=False)
@of_department
@click.option("--state", type=click.Choice(_STATES), multiple=True, help="Only cases in this state.")
@click.option("--all", "everything", is_flag=True, help="Closed and withdrawn cases, too.")
@as_json
def list_cases(
    name: str | None, department: str, state: tuple[str, ...], everything: bool, as_json: bool
) -> None:
    """List cases, the first due first; NAME is a dataset. Without options what is owed."""
    from catalog.rectification import cases

    chosen = state or (None if everything else cases.OWED)
    with _caught_up() as connection:
        found = cases.listing(connection, dataset=name, department_code=department or None, states=chosen)
    today = _today()
    documents = [case.to_document(today) for case in found]
    if as_json:
        _print_json(documents)
        return
    if not documents:
        click.echo(
            "no case" if everything or state else "nothing is owed — `ybz rectify list --all` shows what was"
        )
        return
    for document in documents:
        click.echo(_line(document))


@rectify.command()
@click.argument("case_id", metavar="ID")
@as_json
def show(case_id: str, as_json: bool) -> None:
    """Show a case: what fails, what happened to it, what is due."""
    from catalog import revisions
    from catalog.rectification import cases
    from catalog.rectification.causes import CAUSES, sentence
    from catalog.rectification.history import events

    with _reading() as connection:
        case = cases.case_called(connection, case_id)
        contract = revisions.current(connection, case.dataset).contract
        happened = events(connection, case_id)
    document = case.to_document(_today()) | {
        "title": contract.title,
        "cause_name": CAUSES[case.cause],
        "says": sentence(contract, case.rule, case.field),
        "events": happened,
    }
    if as_json:
        _print_json(document)
        return
    click.echo(_line(document))
    click.echo(f"    {document['cause_name']}: {document['says']}")
    click.echo(f"    {case.department} {case.department_code}, due by {case.due_rule}")
    for each in happened:
        late = "" if each["on_time"] is None else (", on time" if each["on_time"] else ", late")
        click.echo(
            f"    {each['at'][:19]}Z  {each['event']}: {each['remaining']} left{late}  {each['evidence_id']}"
        )


@rectify.command()
@click.argument("case_id", metavar="ID")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx")
@of_department
@by_whom
@as_json
def export(case_id: str, out: Path, department: str, by: str, as_json: bool) -> None:
    """Write the workbook of a case: its failing rows, the faulty cells marked."""
    from catalog.home import Home
    from catalog.rectification.sending import send
    from catalog.store import open_store

    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter("name a file that ends in .xlsx", param_hint="--out")
    home = Home.find()
    sent = send(home, open_store(home), case_id, out, by=_who(by), now=_now(), department=department)
    if as_json:
        _print_json(sent.to_document())
        return
    more = f", {sent.left} more follow once these are mended" if sent.left else ""
    click.echo(f"{out}: {sent.rows} rows for {sent.case.department}, due {sent.case.due_on}{more}")


@rectify.command("return")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.xlsx")
@of_department
@by_whom
@as_json
def take_back(file: Path, department: str, by: str, as_json: bool) -> None:
    """Take a workbook back: merge it by row key, check it again, close the case or count what is left."""
    from catalog.home import Home
    from catalog.rectification import returning
    from catalog.store import open_store

    home = Home.find()
    taken = returning.take_back(home, open_store(home), file, by=_who(by), now=_now(), department=department)
    if as_json:
        _print_json(taken.to_document())
        return
    case = taken.case
    click.echo(
        f"{case.id}: {taken.answered} rows answered, {taken.unanswered} missing, {taken.cells} cells mended"
    )
    if taken.idle:
        click.echo(f"{taken.idle} corrections meet no cell of the last delivery: it has changed since")
    if case.owed:
        click.echo(f"{case.remaining} still fail: open, due {case.due_on}")
    else:
        click.echo(f"closed {'on time' if case.on_time else 'late'} — `ybz build` takes the corrections over")


@rectify.command()
@click.argument("case_id", metavar="ID")
@by_whom
@as_json
def undo(case_id: str, by: str, as_json: bool) -> None:
    """Take the corrections of a case back: what was delivered counts again."""
    from catalog.home import Home
    from catalog.rectification import returning
    from catalog.store import open_store

    home = Home.find()
    case = returning.undo(home, open_store(home), case_id, by=_who(by), now=_now())
    if as_json:
        _print_json(case.to_document(_today()))
        return
    click.echo(f"{case.id}: {case.state}, {case.remaining} fail")


@rectify.command()
@of_department
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="First day of the period."
)
@click.option(
    "--to", "last", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day of the period."
)
@as_json
def figures(department: str, first: datetime | None, last: datetime | None, as_json: bool) -> None:
    """Count what was found, closed, on time and reopened, by department and dataset."""
    from catalog.rectification import counting

    with _caught_up() as connection:
        lines = counting.figures(
            connection,
            now=_now(),
            department_code=department or None,
            first=first.date() if first else None,
            last=last.date() if last else None,
        )
    totals = counting.by_department(lines)
    if as_json:
        _print_json(
            {
                "departments": [each.to_document() for each in totals],
                "datasets": [each.to_document() for each in lines],
            }
        )
        return
    for total in totals:
        click.echo(f"{total.department} {total.department_code}: {_counts(total.to_document())}")
        for line in lines:
            if line.department_code == total.department_code:
                click.echo(f"    {line.dataset}: {_counts(line.to_document())}")
    if not totals:
        click.echo("no case yet")


def _counts(document: Mapping[str, Any]) -> str:
    share = document["on_time_share"]
    on_time = "" if share is None else f" ({share:.0%})"
    return (
        f"found {document['found']}, closed {document['closed']}, on time {document['on_time']}{on_time}, "
        f"reopened {document['reopened']}; open {document['open']}, overdue {document['overdue']}, "
        f"{document['items']} items"
    )


def _line(document: Mapping[str, Any]) -> str:
    due = f"due {document['due_on']}" + (" OVERDUE" if document["overdue"] else "")
    state = document["state"] if document["state"] in ("open", "sent") else f"{document['state']}, was {due}"
    where = document["field"] or "(whole dataset)"
    return (
        f"{document['id']}  {document['dataset']}.{where}  {document['rule']}: {document['remaining']} of "
        f"{document['evaluated']} fail, {document['urgency']}, {state}"
        + (f", {due}" if document["state"] in ("open", "sent") else "")
        + (f", round {document['rounds']}" if document["rounds"] > 1 else "")
    )


def _reading() -> Any:
    from catalog.home import Home
    from catalog.store import open_store, reading

    return reading(open_store(Home.find()))


@contextmanager
def _caught_up() -> Iterator[Any]:
    """A reading of cases that knows of every release, also of one whose build died before it could tell."""
    from catalog.home import Home
    from catalog.rectification.builds import catch_up, untold
    from catalog.store import open_store, reading, writing

    home = Home.find()
    engine = open_store(home)
    with reading(engine) as connection:
        behind = untold(connection)
    if behind:
        with writing(engine) as connection:
            catch_up(home, connection, now=_now())
    with reading(engine) as connection:
        yield connection


def _who(by: str) -> str:
    return by or getpass.getuser()


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    from policies.clocks import local_date

    return local_date(_now())


def _print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
