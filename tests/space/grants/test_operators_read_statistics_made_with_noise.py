"""Statistics about persons that were built with noise are plain data to an operator; others are not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.releases.published import latest, read_vault
from catalog.store import reading
from catalog.store.tables.grants import allowances, privacy_years
from contracts.model import Composed, Composition, Contract, Field, FieldType, Party, Readers, Sharing, Use
from pipelines.build import build
from policies.decision import Deny
from policies.privacy_budget import nrho_cost
from policies.terms import Mode
from space.query.answered import Answered
from tests.space.bureau import NOON, OPERATOR, TODAY
from tests.space.bureau_contracts import DISTRICTS

SQL = "SELECT p.district, count(*) AS people FROM civil.population AS p GROUP BY p.district"
BY_DISTRICT = Contract(
    id="topic-by-district",
    title="分区人口",
    schema="topic",
    table="by_district",
    department=Party("数据局", "11990100MB0000004X"),
    sharing=Sharing(condition="依法履职", basis="政务数据共享条例"),
    classification="主题/社会保障",
    fields=(
        Field("district", "区", key_position=1, allowed=DISTRICTS, use=Use.DIMENSION),
        Field("people", "人数", type=FieldType.INTEGER, minimum=0, maximum=1000, use=Use.MEASURE),
    ),
    composed=Composed(Composition.STATISTICAL, SQL, Readers.OPERATORS, 0.2),
)
ITEMS = {BY_DISTRICT.name: ("district", "people")}


def _built(bureau: Any, founded: Path, contract: Contract) -> None:
    """The dataset entered and built, in a lake of its own."""
    lake = bureau.home.root / "lake"
    lake.unlink()
    shutil.copytree(founded / "lake", lake)
    acts = Acts(by="李四", reason="first entry", now=NOON, assessment="PIA-2026-3")
    catalogue_all(bureau.engine, [(contract, None)], acts)
    (outcome,) = build(bureau.home, [contract.name], TODAY, strict=True)
    assert outcome.state == "released", outcome.reason


def test_an_operator_reads_them_exactly_as_built_and_spends_nothing(bureau: Any, founded: Path) -> None:
    _built(bureau, founded, BY_DISTRICT)
    held = bureau.granted(OPERATOR, ITEMS)
    assert held.terms.mode is Mode.PLAIN
    assert bureau.count(select(func.count()).select_from(allowances)) == 0

    answer = bureau.ask(held, "SELECT district, people FROM by_district ORDER BY district")

    assert isinstance(answer, Answered), answer
    assert answer.rho == 0
    with reading(bureau.engine) as connection:
        release = latest(connection, BY_DISTRICT.name)
    assert release is not None
    vault = {row["district"]: row["people"] for row in read_vault(bureau.home, release).to_pylist()}
    assert {row["district"]: row["people"] for row in answer.table.to_pylist()} == vault
    assert sorted(vault) == sorted(DISTRICTS), "the four persons of the third are hidden by noise"
    assert bureau.count(select(privacy_years.c.nrho)) == nrho_cost(0.2), "the build alone"


def test_statistics_without_noise_stay_answers_about_persons(bureau: Any, founded: Path) -> None:
    exact = replace(BY_DISTRICT, composed=Composed(Composition.STATISTICAL, SQL))
    _built(bureau, founded, exact)
    held = bureau.granted(OPERATOR, ITEMS)
    assert held.terms.mode is Mode.DP

    answer = bureau.ask(held, "SELECT district, sum(people) FROM by_district GROUP BY 1")

    assert isinstance(answer, Deny)
    assert [reason.code for reason in answer.reasons] == ["query.derived"]
    assert "built for operators" in answer.reasons[0].allowed
