"""``ybz evaluate``: quality frozen by the quarter, published, contested, decided."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from catalog.rectification.evaluation import Evaluation

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
of_period = click.option(
    "--period", default="", metavar="YYYYQn", help="Quarter (default: the last one frozen)."
)


@click.group()
def evaluate() -> None:
    """Quarterly quality evaluation (质量评价)."""


@evaluate.command()
@click.argument("period", metavar="YYYYQn")
@by_whom
@as_json
def freeze(period: str, by: str, as_json: bool) -> None:
    """Freeze the quality of every dataset and department at the end of a quarter."""
    from catalog import keys
    from catalog.home import Home
    from catalog.rectification import evaluation
    from catalog.store import open_store

    home = Home.find()
    made = evaluation.freeze(open_store(home), period, keys=keys.load(home), by=_who(by), now=_now())
    _print_evaluation(made, as_json, f"frozen; publish it with `ybz evaluate publish --period {period}`")


@evaluate.command()
@of_period
@by_whom
@as_json
def publish(period: str, by: str, as_json: bool) -> None:
    """Publish the newest version of a quarter; its window for objections opens."""
    from catalog.rectification import evaluation

    engine = _engine()
    made = evaluation.publish(engine, period or _newest(engine), by=_who(by), now=_now())
    _print_evaluation(made, as_json, f"published, may be contested until {made.contest_until}")


@evaluate.command()
@click.argument("dataset")
@click.option("--reason", required=True, metavar="TEXT", help="What is wrong with its line.")
@click.option("--department", default="", metavar="CODE", help="Who objects; must be the dataset's own.")
@of_period
@by_whom
@as_json
def contest(dataset: str, reason: str, department: str, period: str, by: str, as_json: bool) -> None:
    """Object to the line of a dataset, while the window is open."""
    from catalog.rectification import contests

    engine = _engine()
    made = contests.contest(
        engine, period or _newest(engine), dataset,
        reason=reason, by=_who(by), now=_now(), department=department,
    )  # fmt: skip
    if as_json:
        _print_json(made.to_document())
        return
    click.echo(f"{made.id}: {dataset} contested, to be decided by {made.due_on}")


@evaluate.command()
@click.argument("contest_id", metavar="ID")
@click.option("--uphold/--reject", "upheld", required=True, help="Whether the department is right.")
@click.option("--reason", required=True, metavar="TEXT", help="Told to the department.")
@click.option("--release", metavar="ID", help="With --uphold: the release that counts; else set aside.")
@by_whom
@as_json
def decide(contest_id: str, upheld: bool, reason: str, release: str | None, by: str, as_json: bool) -> None:
    """Decide an objection; upheld, it makes a corrected evaluation as a further version."""
    from catalog import keys
    from catalog.home import Home
    from catalog.rectification import contests
    from catalog.store import open_store

    if release and not upheld:
        raise click.UsageError("--release goes with --uphold")
    home = Home.find()
    made = contests.decide(
        open_store(home), contest_id,
        upheld=upheld, reason=reason, keys=keys.load(home), by=_who(by), now=_now(), release=release,
    )  # fmt: skip
    if as_json:
        _print_json(made.to_document())
        return
    after = "; a corrected version is frozen, publish it" if upheld else ""
    click.echo(f"{made.id}: {made.state}{', late' if made.late else ''}{after}")


@evaluate.command()
@click.argument("period", required=False, metavar="[YYYYQn]")
@click.option("--version", type=click.IntRange(1), help="Which version (default: the newest).")
@click.option("--public", "as_public", is_flag=True, help="As others see it: no counts of rows.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page.")
@as_json
def show(period: str | None, version: int | None, as_public: bool, html: Path | None, as_json: bool) -> None:
    """Show a quarter's evaluation, its objections, and whether it is what was signed."""
    from catalog.home import Home
    from catalog.rectification import contests, evaluation, evaluation_page
    from catalog.store import open_store, reading

    home = Home.find()
    engine = open_store(home)
    found, problem = evaluation.read(home, engine, period, version)
    with reading(engine) as connection:
        raised = contests.contests(connection, found.period)
        numbers = [each.version for each in evaluation.versions(connection, found.period)]
    if html is not None:
        html.write_text(evaluation_page.page(found, raised), encoding="utf-8")
    document = found.to_document() | {
        "versions": numbers,
        "contests": [each.to_document() for each in raised],
        "ok": not problem,
        "problem": problem,
    }
    if as_public:
        document = _public(document, evaluation_page.public(found))
    if as_json:
        _print_json(document)
    else:
        _print_document(document)
        if html is not None:
            click.echo(f"page: {html}")
    if problem:
        sys.exit(1)


def _public(document: dict[str, Any], evaluation: dict[str, Any]) -> dict[str, Any]:
    """The document with the public evaluation, without the names of officials who acted."""
    told = {line["dataset"] for line in evaluation["datasets"]}
    named = ("opened_by", "decided_by", "corrected_score")
    contests = [
        {name: value for name, value in each.items() if name not in named}
        for each in document["contests"]
        if each["dataset"] in told
    ]
    kept = {name: value for name, value in document.items() if name != "frozen_by"}
    return kept | {"evaluation": evaluation, "contests": contests}


def _print_evaluation(made: Evaluation, as_json: bool, done: str) -> None:
    if as_json:
        _print_json(made.to_document())
        return
    click.echo(f"{made.period} version {made.version}: {done}")
    click.echo(f"digest {made.digest}, key {made.key_id}")


def _print_document(document: Mapping[str, Any]) -> None:
    state = document["problem"] or "verified"
    published = document["published_at"]
    window = (
        f"published, may be contested until {document['contest_until']}" if published else "not published"
    )
    click.echo(
        f"{document['period']} version {document['version']} of {len(document['versions'])}: "
        f"{state}, {window}"
    )
    for line in document["evaluation"]["departments"]:
        cases = line["rectification"]
        click.echo(
            f"{line['department']}: {_score(line)}, {line['assessed']} of {line['datasets']} datasets "
            f"assessed, cases found {cases['found']}, closed {cases['closed']}, on time {cases['on_time']}, "
            f"reopened {cases['reopened']}"
        )
    for line in document["evaluation"]["datasets"]:
        corrected = ", corrected" if "corrected" in line else ""
        click.echo(f"    {line['dataset']}: {_score(line)}{corrected}")
    for each in document["contests"]:
        click.echo(f"{each['id']}  {each['dataset']} contested: {each['state']}, due {each['due_on']}")


def _score(line: Mapping[str, Any]) -> str:
    if line["score"] is None and line.get("state") == "assessed":
        return "withheld"
    if line["score"] is None:
        return str(line.get("state", "not_assessed")).replace("_", " ")
    return f"{line['score']:.2%}, grade {line['grade']['level']} {line['grade']['name']}"


def _newest(engine: Any) -> str:
    from catalog.rectification.evaluation import newest_period
    from catalog.store import reading

    with reading(engine) as connection:
        return newest_period(connection)


def _engine() -> Any:
    from catalog.home import Home
    from catalog.store import open_store

    return open_store(Home.find())


def _who(by: str) -> str:
    return by or getpass.getuser()


def _now() -> datetime:
    return datetime.now(UTC)


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
