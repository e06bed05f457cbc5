"""A register is built for real, twice: with a person and without. What others see of it is the same.

Compared is everything a foreign department can come by: a closed edition, the HTTP interface, the DCAT
export, the report package for the higher level, lineage events, figures with the rows behind them, the
monthly report, and the published quarterly evaluation.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, update

from catalog import keys
from catalog.editions import closing
from catalog.exports import package
from catalog.home import Home
from catalog.rectification import evaluation, evaluation_page
from catalog.reporting import monthly
from catalog.reporting.figures import figures
from catalog.reporting.page import page
from catalog.store import create_store, reading, writing
from catalog.store.tables.releases import builds, releases
from contracts.model import Contract, UnitRule
from pipelines.build import build
from policies.access import OrganisationKind, Role
from space.api.app import create_app
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from tests.pipelines.conftest import BY_WARD, LOST, PEOPLE, Town, person
from tests.space.serving import serving

# The town's contracts are catalogued on 24 September; what is built is dated to then.
BUILT = datetime(2026, 9, 24, 9, tzinfo=UTC)
NOW = datetime(2026, 9, 30, 8, tzinfo=UTC)
AFTER = datetime(2026, 10, 8, 8, tzinfo=UTC)
# Names of things that are new at every run, and what is made of them: they differ without any person.
NAMES = frozenset(
    {
        "release", "content_hash", "id", "runId", "eventTime", "run", "digest", "signature", "key_id",
        "edition_digest", "as_of", "published_at", "evidence_id", "frozen_at", "files", "@id", "latency",
        "drafted_at", "tested_at", "edition_signature", "code", "versions", "store",
    }
)  # fmt: skip
# Once, and up to seven times, in the register.
ONCE, OFTEN = PEOPLE, replace(
    PEOPLE, units=(UnitRule("person", 7),),
    fields=(replace(PEOPLE.fields[0], key_position=None), *PEOPLE.fields[1:]),
)  # fmt: skip


def lines(persons: int, rows: int, faulty: int) -> list[str]:
    """A register of so many persons with so many rows each; the first have an income out of bounds."""
    return [
        f"{person(n)},{'AB'[n % 2]},{1001 if n < faulty else n % 900},2026-08-{row + 1:02d}"
        for n in range(persons)
        for row in range(rows)
    ]


def told(folder: Path, contract: Contract, people: list[str], patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Everything others see of an installation built from a register."""
    folder.mkdir()
    home, events = Home(folder / "var"), folder / "events.jsonl"
    engine = create_store(home)
    town = Town(home, engine, folder)
    town.write("people.csv", ["id_card,ward,income,seen", *people])
    town.write("lamps.csv", ["code", "L1", "L2"])
    town.catalogue(replace(contract, quarantine_limit=1.0), LOST, BY_WARD)
    patch.setenv("YBZ_LINEAGE_URL", str(events))
    outcomes = build(home, None, date(2026, 9, 24))
    assert {each.state for each in outcomes} == {"released"}
    _dated(engine)
    edition = closing.close(home, engine, "2026-09", keys=keys.load(home), by="a", now=NOW)
    shown = {
        "edition": {name: table.to_pylist() for name, table in closing.tables_of(home, edition).items()},
        "http": dict(_http(home, engine)),
        "upward": _upward(home, engine, folder / "report.zip"),
        "events": [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()],
        **_figures(engine),
        "evaluation": _evaluation(home, engine),
    }
    plain = json.loads(json.dumps(shown, default=str, ensure_ascii=False))
    return dict(_paths("", plain))


def _dated(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(releases).values(published_at=BUILT))
        connection.execute(update(builds).values(started_at=BUILT, ended_at=BUILT))


def _http(home: Home, engine: Engine) -> Iterator[tuple[str, Any]]:
    with writing(engine) as connection:
        foreign = Organisation("11990100MA0009KN7Y", "云州市教育局", OrganisationKind.DEPARTMENT)
        register(connection, foreign, NOW)
        issued = issue(connection, foreign.code, role=Role.CLIENT, by="a", days=10, now=NOW)
    headers = {"Authorization": f"Bearer {issued.secret}"}
    app = create_app(home, clock=lambda: NOW)
    with serving(app) as address, httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        for path in (
            "/v1/search?q=人口", "/v1/datasets/civil.people", "/v1/datasets/topic.by_ward", "/v1/dcat",
            "/v1/datasets/civil.people/releases", "/v1/datasets/topic.by_ward/releases", "/v1/overview",
            "/v1/overview/records", "/v1/overview/quality_score", "/v1/overview/update_rate",
        ):  # fmt: skip
            answer = client.get(path)
            assert answer.status_code == 200, answer.text
            yield path, answer.json()


def _upward(home: Home, engine: Engine, out: Path) -> dict[str, list[Any]]:
    package.make(home, engine, out, period="2026-09", by="a", now=NOW)
    with zipfile.ZipFile(out) as held:
        return {
            name: [json.loads(line) for line in held.read(name).splitlines()]
            for name in (package.ENTRIES, package.ITEMS)
        }


def _figures(engine: Engine) -> dict[str, Any]:
    with writing(engine) as connection:
        found = [each.to_document(rows=True) for each in figures(connection, "2026-09", NOW)]
        report = monthly.draft(connection, "2026-09", by="a", now=NOW)
    made = page(report).splitlines()
    return {"figures": found, "report": report.to_document(), "page": [x for x in made if "2026" not in x]}


def _evaluation(home: Home, engine: Engine) -> dict[str, Any]:
    frozen = evaluation.freeze(engine, "2026Q3", keys=keys.load(home), by="a", now=AFTER)
    with reading(engine) as connection:
        assert evaluation.find(connection, "2026Q3").id == frozen.id
    text = evaluation_page.page(frozen, ()).splitlines()
    return {
        "document": evaluation_page.public(frozen),
        "page": [line for line in text if frozen.digest not in line],
    }


def _paths(at: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in NAMES:
                yield from _paths(f"{at}/{key}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(f"{at}/{place}", inner)
    else:
        yield at, value


# contract, persons, rows of each, faulty persons: then one faulty person less.
REGISTERS = [
    (ONCE, 69, 1, 1),
    pytest.param(ONCE, 15, 1, 3, marks=pytest.mark.full),
    pytest.param(OFTEN, 79, 7, 2, marks=pytest.mark.full),
]


@pytest.mark.parametrize(("contract", "persons", "rows", "faulty"), REGISTERS)
def test_what_others_see_is_the_same_without_one_person(
    contract: Contract, persons: int, rows: int, faulty: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = lines(persons, rows, faulty)
    before = told(tmp_path / "before", contract, people, monkeypatch)
    after = told(tmp_path / "after", contract, people[rows:], monkeypatch)
    assert {path: (before.get(path), after.get(path)) for path in before.keys() | after.keys()
            if before.get(path) != after.get(path)} == {}  # fmt: skip
    assert not [path for path, value in before.items() if "9901011950" in str(value)]
