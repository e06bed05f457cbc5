"""Before any grant: the dictionary, a synthetic sample, a query tried on it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalog.releases.facts import check
from catalog.releases.protect import protect
from catalog.store import reading, writing
from contracts.codes import resident_id, uscc
from contracts.model import Contract, Field, FieldType, Join, Party, UnitRef, UnitRule, Use
from policies.access import Caller, Role
from policies.clocks import local_date
from policies.decision import Deny
from policies.terms import Mode
from space.api.app import create_app
from space.errors import Unknown
from space.identity.tokens import issue
from space.preview.dictionary import dictionary
from space.preview.synthetic import MOST_ROWS, sample
from space.preview.trial import Tried, attempt

VISITS = Contract(
    id="visits",
    title="就诊",
    schema="health",
    table="visits",
    department=Party("卫健委"),
    fields=(
        Field("id_card", check="resident_id", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
        Field("day", type=FieldType.DATE, use=Use.TIME, grain="month", minimum="2024-01-01",
              maximum="2025-12-31", required=True, key_position=2),
        Field("clinic", check="uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise", about=False)),
        Field("kind", use=Use.DIMENSION, allowed=("门诊", "住院"), required=True),
        Field("fee", type=FieldType.NUMBER, use=Use.MEASURE, minimum=0, maximum=5_000, scale=2),
        Field("count", type=FieldType.INTEGER, use=Use.MEASURE, minimum=1, maximum=9, required=True),
        Field("insured", type=FieldType.BOOLEAN, use=Use.DIMENSION),
        Field("note", use=Use.FREE_TEXT),
        Field("district", use=Use.DIMENSION, required=True),
    ),
    units=(UnitRule("person", 12),),
    joins=(Join("district", "city.districts", "name"),),
)  # fmt: skip
PERSONS = Contract(
    id="persons",
    title="人口",
    schema="civil",
    table="persons",
    department=Party("公安局"),
    fields=(
        Field("id_card", check="resident_id", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
        Field("sex", use=Use.DIMENSION, allowed=("男", "女")),
    ),
    units=(UnitRule("person", 1),),
)
DISTRICTS = Contract(
    id="districts",
    title="区县",
    schema="city",
    table="districts",
    department=Party("民政局"),
    fields=(Field("name", use=Use.DIMENSION, allowed=("东区", "西区"), key_position=1),),
    unit_free=True,
)


def test_a_sample_keeps_every_promise_of_its_contract() -> None:
    rows = sample(VISITS, 2_000, others={"city.districts": DISTRICTS}).to_pylist()

    assert len({(r["id_card"], r["day"]) for r in rows}) == len(rows) > 1_500
    assert all(resident_id(r["id_card"]) and uscc(r["clinic"]) for r in rows)
    assert {r["kind"] for r in rows} == {"门诊", "住院"}
    assert {r["district"] for r in rows} == {"东区", "西区"}
    assert all(date(2024, 1, 1) <= r["day"] <= date(2025, 12, 31) and r["day"].day == 1 for r in rows)
    assert all(r["fee"] is None or 0 <= r["fee"] <= 5_000 for r in rows)
    assert any(r["fee"] is None for r in rows)
    assert {r["count"] for r in rows} == set(range(1, 10))


def test_a_sample_goes_through_protection_and_its_checks_as_a_release_does() -> None:
    table = sample(VISITS, 500)
    n = table.num_rows
    rows = table.append_column("_file", [["synthetic"] * n]).append_column("_line", [list(range(n))])

    made = protect(VISITS, rows, bytes(32))
    facts = check(VISITS, made.vault, made.protected)

    assert [(unit.kind, unit.max_rows) for unit in facts.units] == [("person", 12)]


def test_units_of_one_kind_meet_across_datasets() -> None:
    visits = set(sample(VISITS, 300)["id_card"].to_pylist())
    persons = set(sample(PERSONS, 300)["id_card"].to_pylist())

    assert visits <= persons


def test_a_sample_is_the_same_for_a_seed_and_another_for_another() -> None:
    assert sample(VISITS, 100, 1).equals(sample(VISITS, 100, 1))
    assert not sample(VISITS, 100, 1).equals(sample(VISITS, 100, 2))


@pytest.mark.parametrize("rows", [0, MOST_ROWS + 1])
def test_a_sample_has_bounds(rows: int) -> None:
    with pytest.raises(ValueError, match="a sample has 1 to"):
        sample(PERSONS, rows)


def test_the_dictionary_says_what_a_query_may_do_with_each_column(bureau: Any) -> None:
    with reading(bureau.engine) as connection:
        found = dictionary(connection, "civil.population", local_date(bureau.clock()))

    columns = {column["name"]: column for column in found["columns"]}
    assert found["modes"] == {"administration": "threshold", "outside": "dp"}
    assert found["kinds"] == ["person"]
    assert columns["income"]["may"].startswith("summed")
    assert columns["income"]["maximum"] is not None


def test_nothing_is_offered_of_a_dataset_that_is_not_published(bureau: Any) -> None:
    with reading(bureau.engine) as connection, pytest.raises(Unknown):
        dictionary(connection, "civil.secret", local_date(bureau.clock()))


@pytest.mark.parametrize(
    ("caller", "mode"), [(Caller.OUTSIDE, Mode.DP), (Caller.ADMINISTRATION, Mode.THRESHOLD)]
)
def test_a_query_is_tried_as_a_grant_would_answer_it_and_nothing_is_spent(
    bureau: Any, caller: Caller, mode: Mode
) -> None:
    day = local_date(bureau.clock())
    with reading(bureau.engine) as connection:
        sql = "SELECT count(*) AS n FROM civil.population"
        tried = attempt(connection, sql, ["civil.population"], caller, day, bureau.pool)
        rows = attempt(
            connection, "SELECT sex FROM population", ["civil.population"], caller, day, bureau.pool
        )

    assert isinstance(tried, Tried)
    assert tried.plan["mode"] == mode.value
    # Thousands of made-up persons, where the population itself has fewer.
    assert tried.table["n"].to_pylist()[0] > 3_000
    assert isinstance(rows, Deny)


def test_the_dictionary_and_a_sample_come_over_http_without_a_grant(bureau: Any) -> None:
    bureau.file(bureau.operator, bureau.weather)  # its first request makes it known
    with writing(bureau.engine) as connection:
        token = issue(
            connection, bureau.operator["code"], role=Role.READER, by="张磊", days=1, now=bureau.clock()
        )
    client = TestClient(create_app(bureau.home, clock=bureau.clock, pool=bureau.pool))
    client.headers["Authorization"] = f"Bearer {token.secret}"

    columns = client.get("/v1/datasets/market.firms/dictionary")
    rows = client.get("/v1/datasets/market.firms/sample", params={"rows": 20})
    strange = client.get("/v1/datasets/market.unknown/sample")

    assert columns.status_code == rows.status_code == 200
    assert rows.headers["content-type"].startswith("text/csv")
    assert len(rows.text.splitlines()) == 21
    assert strange.status_code == 404
