"""A small town to build: files with planted faults, and their contracts in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from contracts.codes import resident_check
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    FieldType,
    Party,
    ShareType,
    Sharing,
    Source,
    SourceFormat,
    UnitRef,
    UnitRule,
    UpdateCycle,
    Use,
)
from contracts.odcs.files import dumps, read

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
SHARING = Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例")
DEPARTMENT = Party("云州市公安局", "11990100MA0009KN7Y")

PEOPLE = Contract(
    id="people",
    title="人口",
    schema="civil",
    table="people",
    department=DEPARTMENT,
    classification="基础/人口",
    sharing=SHARING,
    update_cycle=UpdateCycle.MONTHLY,
    period_field="seen",
    units=(UnitRule("person", 1),),
    sources=(Source("people", SourceFormat.CSV, "people.csv", encoding="utf-8"),),
    fields=(
        Field(
            "id_card",
            key_position=1,
            check="resident_id",
            unit=UnitRef("person"),
            use=Use.IDENTIFIER,
            personal=True,
            sensitive=True,
        ),
        Field("ward", use=Use.DIMENSION),
        Field("income", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=1000),
        Field("seen", type=FieldType.DATE, use=Use.TIME, grain="month"),
    ),
)
NOTES = Contract(
    id="notes",
    title="学校",
    schema="school",
    table="notes",
    department=DEPARTMENT,
    classification="基础/人口",
    sharing=SHARING,
    sources=(Source("notes", SourceFormat.CSV, "notes.csv", encoding="utf-8"),),
    fields=(Field("code", key_position=1, use=Use.DIMENSION), Field("remark", use=Use.DIMENSION)),
)
LOST = Contract(
    id="lost",
    title="路灯",
    schema="road",
    table="lamps",
    department=DEPARTMENT,
    classification="基础/人口",
    sharing=SHARING,
    sources=(Source("lamps", SourceFormat.CSV, "lamps.csv", encoding="utf-8"),),
    fields=(Field("code", key_position=1, use=Use.PLAIN),),
    unit_free=True,
)
BY_WARD = Contract(
    id="by-ward",
    title="分区收入",
    schema="topic",
    table="by_ward",
    department=DEPARTMENT,
    classification="主题/社会保障",
    sharing=SHARING,
    fields=(
        Field("ward", key_position=1, use=Use.DIMENSION),
        Field("people", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10_000),
    ),
    composed=Composed(
        Composition.STATISTICAL, "SELECT p.ward, count(*) AS people FROM civil.people AS p GROUP BY p.ward"
    ),
)
RICH = Contract(
    id="rich",
    title="高收入",
    schema="theme",
    table="rich",
    department=DEPARTMENT,
    classification="主题/社会保障",
    sharing=SHARING,
    units=(UnitRule("person", 1),),
    fields=(
        Field(
            "id_card",
            key_position=1,
            unit=UnitRef("person"),
            use=Use.IDENTIFIER,
            personal=True,
            sensitive=True,
        ),
        Field("income", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=1000),
    ),
    composed=Composed(Composition.UNIT_LEVEL, "SELECT id_card, income FROM civil.people WHERE income >= 30"),
)
ALL = (PEOPLE, NOTES, LOST, BY_WARD, RICH)


def person(number: int) -> str:
    """A well-formed identity number of nobody: regions 99 do not exist."""
    body = f"99010119500101{number:03d}"
    return body + resident_check(body)


def people_lines() -> list[str]:
    """40 good rows (30 in ward A, 8 in B, 2 in C) and one row for each planted fault."""
    wards = ["A"] * 30 + ["B"] * 8 + ["C"] * 2
    good = [f"{person(n)},{ward},{n},2026-08-{n % 28 + 1:02d}" for n, ward in enumerate(wards)]
    faults = [
        f"{person(0)},A,5,2026-08-01",  # its key repeats an earlier row
        f"{person(90)[:17]}?,A,5,2026-08-01",  # wrong check digit: counted, not removed
        f"{person(91)},A,1001,2026-08-01",  # income outside its public bounds
        ",A,5,2026-08-01",  # no key
        f"{person(92)},A,many,2026-08-01",  # no number
    ]
    return ["id_card,ward,income,seen", *good, *faults]


@dataclass(frozen=True)
class Town:
    """The town's installation and its files.

    Attributes:
        folder: where contracts and data lie.
    """

    home: Home
    engine: Engine
    folder: Path

    @staticmethod
    def lines() -> list[str]:
        """The register as first delivered."""
        return people_lines()

    def write(self, name: str, lines: list[str]) -> None:
        """Deliver a file."""
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def catalogue(self, *contracts: Contract) -> None:
        """Put contracts into the ledger, from files as a steward does."""
        paths = [self.folder / f"{c.schema}_{c.table}.yaml" for c in contracts]
        for contract, path in zip(contracts, paths, strict=True):
            path.write_text(dumps(contract), encoding="utf-8")
        acts = Acts(by="张三", reason="first", now=NOW, assessment="PIA-2026-1")
        catalogue_all(self.engine, [(read(path), path) for path in paths], acts)


@pytest.fixture
def contracts() -> dict[str, Contract]:
    """The town's contracts by dataset name."""
    return {contract.name: contract for contract in ALL}


@pytest.fixture
def found_town(home: Home, engine: Engine, tmp_path: Path) -> Callable[..., Town]:
    """Makes a town of the given contracts, with all files but the lost one delivered."""

    def found(*contracts: Contract) -> Town:
        folder = tmp_path / "town"
        folder.mkdir()
        town = Town(home, engine, folder)
        town.write("people.csv", people_lines())
        town.write("notes.csv", ["code,remark", *(f"s{n},{person(n)}" for n in range(40))])
        town.catalogue(*(contracts or ALL))
        return town

    return found
