"""Command ``lists``: demand 需求清单, duty 责任清单, negative 负面清单; each also as a workbook.

What of their changes was told to whom is :mod:`catalog.inventory.cli_told`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from catalog.inventory import cli_acts, cli_told
from catalog.inventory.cli_acts import as_json, by_whom

if TYPE_CHECKING:
    from catalog.inventory.demands import Demand

of_department = click.option("--department", default="", metavar="NAME", help="Only of this department.")
to_workbook = click.option(
    "--xlsx", "out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx",
    help="Write the list as a workbook.",
)  # fmt: skip
_DEMAND: Final = {
    "id": "编号", "state": "状态", "demander": "需求部门", "what": "所需数据", "task": "用于事项",
    "basis": "依据", "holder": "责任部门", "dataset": "目录条目", "answer": "答复", "added_at": "提出时间",
}  # fmt: skip
_DUTY: Final = {
    "kind": "类别", "what": "条目或数据元", "title": "名称", "department": "责任部门",
    "department_code": "代码", "office": "内部部门", "duty": "责任", "basis": "依据",
}  # fmt: skip
_NEGATIVE: Final = {
    "kind": "类别", "what": "对象", "title": "名称", "department": "部门", "level": "依据层级",
    "basis": "依据", "holds": "有依据",
}  # fmt: skip
_WORDS: Final = {
    "raised": "已提出", "confirmed": "已确认", "catalogued": "已编目", "refused": "不予",
    "withdrawn": "已撤回",
    "entry": "目录条目", "element": "数据元", "not_shared": "不予共享", "not_opened": "不予开放",
    "law": "法律", "regulation": "行政法规", "decision": "国务院决定", True: "是", False: "否",
}  # fmt: skip


@click.group("lists")
def lists() -> None:
    """Lists of demand, duty and exclusion (需求、责任、负面清单)."""


lists.add_command(cli_told.announcements)
lists.add_command(cli_told.acknowledge)


@lists.group("demand")
def demand() -> None:
    """Demands for data (需求清单): added, confirmed, catalogued."""


@demand.command("add")
@click.option("--demander", required=True, metavar="NAME", help="The department that needs the data.")
@click.option("--demander-code", default="", metavar="CODE")
@click.option("--what", required=True, metavar="TEXT", help="The data needed.")
@click.option("--task", required=True, metavar="TEXT", help="What for.")
@click.option("--basis", required=True, metavar="TEXT", help="The law or duty the task rests on.")
@click.option("--holder", default="", metavar="NAME", help="Who is thought to hold it.")
@click.option("--holder-code", default="", metavar="CODE")
@click.option(
    "--place", metavar="CODE", help="Division whose deadline applies (default: the installation's)."
)
@by_whom
@as_json
def add(
    demander: str, demander_code: str, what: str, task: str, basis: str, holder: str, holder_code: str,
    place: str | None, by: str, as_json: bool,
) -> None:  # fmt: skip
    """Enter a demand; its clock starts where the place has a deadline."""
    from catalog.inventory import demands

    with cli_acts.writing() as connection:
        made = demands.add(
            connection, demander=demands.Party(demander, demander_code), what=what, task=task, basis=basis,
            holder=demands.Party(holder, holder_code), place=place, by=cli_acts.who(by), now=cli_acts.now(),
        )  # fmt: skip
    clock = "" if made.timed else f"no deadline is known for {made.place}: no clock runs"
    _done(made, as_json, clock)


@demand.command()
@click.argument("demand_id", metavar="ID")
@click.option("--holder", required=True, metavar="NAME", help="The department that catalogues it.")
@click.option("--holder-code", default="", metavar="CODE")
@by_whom
@as_json
def confirm(demand_id: str, holder: str, holder_code: str, by: str, as_json: bool) -> None:
    """Confirm a demand, as the data authority."""
    from catalog.inventory import demands

    with cli_acts.writing() as connection:
        made = demands.confirm(
            connection,
            demand_id,
            holder=demands.Party(holder, holder_code),
            by=cli_acts.who(by),
            now=cli_acts.now(),
        )
    _done(made, as_json)


@demand.command()
@click.argument("demand_id", metavar="ID")
@click.argument("entry", metavar="NAME")
@by_whom
@as_json
def catalogue(demand_id: str, entry: str, by: str, as_json: bool) -> None:
    """Answer a demand with a published entry."""
    from catalog.inventory import demands

    with cli_acts.writing() as connection:
        made = demands.catalogue(
            connection, demand_id, dataset=entry, by=cli_acts.who(by), now=cli_acts.now()
        )
    _done(made, as_json)


@demand.command()
@click.argument("demand_id", metavar="ID")
@click.option("--basis", required=True, metavar="TEXT", help="What the refusal rests on.")
@by_whom
@as_json
def refuse(demand_id: str, basis: str, by: str, as_json: bool) -> None:
    """Refuse a demand, as the data authority, citing a basis."""
    from catalog.inventory import demands

    with cli_acts.writing() as connection:
        made = demands.refuse(connection, demand_id, basis=basis, by=cli_acts.who(by), now=cli_acts.now())
    _done(made, as_json)


@demand.command()
@click.argument("demand_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT")
@by_whom
@as_json
def withdraw(demand_id: str, reason: str, by: str, as_json: bool) -> None:
    """Withdraw a demand, as its department."""
    from catalog.inventory import demands

    with cli_acts.writing() as connection:
        made = demands.withdraw(connection, demand_id, reason=reason, by=cli_acts.who(by), now=cli_acts.now())
    _done(made, as_json)


@demand.command("return")
@click.argument("demand_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why the department does not hold it.")
@by_whom
@as_json
def give_back(demand_id: str, reason: str, by: str, as_json: bool) -> None:
    """Give a confirmed demand back to the authority: the department does not hold the data."""
    from catalog.inventory import demands

    with cli_acts.writing() as connection:
        made = demands.give_back(
            connection, demand_id, reason=reason, by=cli_acts.who(by), now=cli_acts.now()
        )
    _done(made, as_json)


@demand.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only what is not answered yet.")
@to_workbook
@as_json
def list_demands(open_only: bool, out: Path | None, as_json: bool) -> None:
    """List demands."""
    from catalog.inventory import demands

    with cli_acts.reading() as connection:
        found = demands.listing(connection, open_only=open_only)
    documents = [each.to_document() for each in found]
    _show(
        "需求清单", _DEMAND, documents, out, as_json, ("id", "state", "demander", "what", "holder", "dataset")
    )


@lists.command()
@of_department
@to_workbook
@as_json
def duty(department: str, out: Path | None, as_json: bool) -> None:
    """List which department answers for which entry and data item (责任清单)."""
    from catalog.inventory.duties import duty_list
    from policies.clocks import local_date

    with cli_acts.reading() as connection:
        found = duty_list(connection, local_date(cli_acts.now()), department=department)
    documents = [each.to_document() for each in found]
    _show("责任清单", _DUTY, documents, out, as_json, ("kind", "what", "title", "department", "duty"))


@lists.command()
@of_department
@to_workbook
@as_json
def negative(department: str, out: Path | None, as_json: bool) -> None:
    """List what is not shared or not opened, with the basis cited (负面清单)."""
    from catalog.inventory.negative import negative_list

    with cli_acts.reading() as connection:
        found = negative_list(connection, department=department)
    documents = [each.to_document() for each in found]
    _show("负面清单", _NEGATIVE, documents, out, as_json, ("id", "kind", "what", "department", "basis"))
    missing = sum(not each.holds for each in found)
    if missing and not as_json:
        click.echo(f"{missing} of them cite no basis: such a no does not hold")


@lists.command()
@click.argument("what")
@click.option("--kind", type=click.Choice(("not_shared", "not_opened")), required=True)
@click.option("--department", default="", metavar="NAME", help="Whose data it is.")
@click.option("--level", required=True, metavar="law|regulation|decision", help="On what it rests.")
@click.option("--basis", required=True, metavar="TEXT", help="The text and its article.")
@by_whom
@as_json
def prohibit(what: str, kind: str, department: str, level: str, basis: str, by: str, as_json: bool) -> None:
    """Enter an explicit row of the negative list."""
    from catalog.inventory.negative import prohibit as prohibited

    with cli_acts.writing() as connection:
        row = prohibited(
            connection, kind=kind, what=what, department=department, level=level, basis=basis,
            by=cli_acts.who(by), now=cli_acts.now(),
        )  # fmt: skip
    done = {"id": row, "what": what, "kind": kind, "level": level, "basis": basis}
    cli_acts.told(done, f"{row}: {what} is on the negative list", as_json)


@lists.command()
@click.argument("row_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why the row ends.")
@by_whom
@as_json
def allow(row_id: str, reason: str, by: str, as_json: bool) -> None:
    """End an explicit row of the negative list."""
    from catalog.inventory.negative import allow as allowed

    with cli_acts.writing() as connection:
        allowed(connection, row_id, reason=reason, by=cli_acts.who(by), now=cli_acts.now())
    cli_acts.told({"id": row_id, "state": "ended"}, f"{row_id} has ended", as_json)


def _show(
    title: str,
    headings: dict[str, str],
    documents: Sequence[dict[str, Any]],
    out: Path | None,
    as_json: bool,
    columns: Iterable[str],
) -> None:
    """A list as a workbook, as JSON or as lines."""
    if out is not None:
        from catalog.inventory.sheets import write

        rows = [[_word(document.get(key)) for key in headings] for document in documents]
        write(out, {title: (list(headings.values()), rows)})
    if as_json:
        cli_acts.print_json(list(documents))
        return
    if out is not None:
        click.echo(f"{out}: {len(documents)} rows")
        return
    for document in documents:
        click.echo("  ".join(str(document[key]) for key in columns if document[key]))
    if not documents:
        click.echo(f"{title}: nothing is on it")


def _word(value: Any) -> Any:
    return _WORDS.get(value, value) if isinstance(value, str | bool) else value


def _done(made: Demand, as_json: bool, note: str = "") -> None:
    if as_json:
        cli_acts.print_json(made.to_document())
        return
    click.echo(f"{made.id}: {made.state}")
    if note:
        click.echo(note)
