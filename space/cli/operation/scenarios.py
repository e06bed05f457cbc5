"""Commands ``ybz scenario`` and ``ybz disclosure``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, document, open_installation, print_json

if TYPE_CHECKING:
    from space.operation.scenarios import Scenario

_id = click.argument("scenario_id", metavar="ID")
_reason = click.option("--reason", required=True, help="Why.")
_office = click.option(
    "--as", "office", type=click.Choice(["body", "authority"]), default="body", show_default=True,
    help="For whom one acts.",
)  # fmt: skip


@click.group()
def scenario() -> None:
    """Scenarios 应用场景 under an agreement: propose, adopt, reject, withdraw, end, list, show."""


@scenario.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@actor
@as_json
def propose(file: Path, by: str, as_json: bool) -> None:
    """Propose the scenario FILE (YAML or JSON) for the operator.

    It names agreement, title, purpose, description, valid_to, person, risk {level, findings, measures,
    assessed_by, assessed_on}, products and items [{dataset, fields: {field: why it is needed}}].
    """
    from space.operation import scenarios

    _take(
        lambda connection, now, by: scenarios.propose(connection, document(file), by=by, now=now), by, as_json
    )


@scenario.command()
@_id
@_office
@actor
@as_json
def adopt(scenario_id: str, office: str, by: str, as_json: bool) -> None:
    """Adopt the scenario ID: requests under it may be filed from now on."""
    from policies.operation import Party
    from space.operation import scenarios

    _take(
        lambda connection, now, by: scenarios.adopt(
            connection, scenario_id, by=by, now=now, office=Party(office)
        ),
        by,
        as_json,
    )


@scenario.command()
@_id
@_reason
@_office
@actor
@as_json
def reject(scenario_id: str, reason: str, office: str, by: str, as_json: bool) -> None:
    """Reject the proposed scenario ID, with the reason."""
    from policies.operation import Party
    from space.operation import scenarios

    _take(
        lambda connection, now, by: scenarios.reject(
            connection, scenario_id, reason=reason, by=by, now=now, office=Party(office)
        ),
        by,
        as_json,
    )


@scenario.command()
@_id
@_reason
@actor
@as_json
def withdraw(scenario_id: str, reason: str, by: str, as_json: bool) -> None:
    """Take the proposed scenario ID back, for the operator."""
    from space.operation import scenarios

    _take(
        lambda connection, now, by: scenarios.withdraw(
            connection, scenario_id, reason=reason, by=by, now=now
        ),
        by,
        as_json,
    )


@scenario.command()
@_id
@_reason
@click.option(
    "--as", "office", type=click.Choice(["body", "operator", "authority"]), default="body", show_default=True,
    help="For whom one acts.",
)  # fmt: skip
@actor
@as_json
def end(scenario_id: str, reason: str, office: str, by: str, as_json: bool) -> None:
    """End the adopted scenario ID: every grant under it ends with it."""
    from policies.operation import Party
    from space.operation import scenarios

    _take(
        lambda connection, now, by: scenarios.end(
            connection, scenario_id, reason=reason, by=by, now=now, office=Party(office)
        ),
        by,
        as_json,
    )


@scenario.command("list")
@click.option("--agreement", default=None, metavar="NUMBER", help="Only of this agreement.")
@as_json
def list_scenarios(agreement: str | None, as_json: bool) -> None:
    """Every scenario, the oldest first."""
    from catalog.store import reading
    from space.operation.scenarios import all_scenarios

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_scenarios(connection, agreement)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(
            f"{one.id}  {one.state:9}  {one.agreement}  {one.title}  {one.purpose}  {len(one.items)} items"
            f"  until {one.valid_to}"
        )


@scenario.command("show")
@_id
@as_json
def show(scenario_id: str, as_json: bool) -> None:
    """The scenario ID: each item with the reason it is needed, the risk, the products, the steps."""
    from catalog.store import reading
    from space.operation.agreements import steps_of
    from space.operation.scenarios import by_id

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found, steps = by_id(connection, scenario_id), steps_of(connection, scenario_id)
    if as_json:
        print_json({**found.to_document(), "steps": list(steps)})
        return
    _tell(found, as_json)


@click.command()
@click.argument("year", type=int)
@click.option(
    "--for", "role", type=click.Choice(["implementing-body", "operator"]), required=True, help="Which side."
)
@click.argument("code")
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=None,
    help="Where the files go (default: disclosures/ of the installation).",
)  # fmt: skip
@actor
@as_json
def disclosure(year: int, role: str, code: str, folder: Path | None, by: str, as_json: bool) -> None:
    """Make the disclosure 信息披露 of YEAR for the party CODE, due on 31 March of the next year.

    Agreements, scenarios, listed datasets, products, calls and income from the ledger, every figure with its
    definition, and what is lacking: as JSON and as a page to print. Each one that is made is kept.
    """
    from catalog.store import writing
    from contracts.canonical import digest
    from space.operation import agreeing
    from space.operation.disclosure import disclose
    from space.operation.page import html

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        agreeing.settle(connection, now)
        made, told = disclose(connection, year, role, code, by=acting(by), now=now)
    target = folder or home.root / "disclosures"
    target.mkdir(parents=True, exist_ok=True)
    stem = target / f"{year}-{role}-{code}"
    stated = digest(told)
    files = [stem.with_suffix(".json"), stem.with_suffix(".html")]
    files[0].write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    files[1].write_text(html(told, stated), encoding="utf-8")
    if as_json:
        print_json({"id": made, "digest": stated, "files": [str(file) for file in files], "document": told})
        return
    click.echo(f"{made}  {year} {role} {told['party']['name']}, due on {told['due_on']}")
    for figure in told["figures"]:
        click.echo(f"  {figure['title']} {figure['value']} {figure['unit']}（{figure['definition']}）")
    for lack in told["lacks"]:
        click.echo(f"  lacks: {lack}")
    for file in files:
        click.echo(f"  {file}")


def _take(act: Callable[[Any, Any, str], Scenario], by: str, as_json: bool) -> None:
    """Take a step of a scenario in one writing transaction, and show it."""
    from catalog.store import writing

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = act(connection, now, acting(by))
    _tell(found, as_json)


def _tell(found: Scenario, as_json: bool) -> None:
    if as_json:
        print_json(found.to_document())
        return
    click.echo(f"{found.id}  {found.state}  {found.agreement}  {found.title}  for {found.purpose}")
    click.echo(f"  until {found.valid_to}, in charge {found.person}, risk {found.risk['level']}")
    for name, why in found.items.items():
        click.echo(f"  {name}: {why}")
    for product in found.products:
        click.echo(f"  product {product['name']} ({product['kind']}, {product['standard']})")
