"""Statistics about persons for operators are built with noise, and every release is charged once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from math import sqrt
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, select, update

from catalog.ledger_view import dataset
from catalog.releases import charges, publication
from catalog.releases.published import Release, latest, read_vault
from catalog.store import reading, writing
from catalog.store.tables.grants import noise_charges, privacy_years
from catalog.store.tables.releases import leases, releases
from contracts.model import (
    Composed,
    Composition,
    Contract,
    ContractError,
    Field,
    FieldType,
    Readers,
    UnitRule,
    Use,
)
from contracts.odcs.files import dumps, loads
from pipelines.build import build
from pipelines.errors import Stopped
from pipelines.statistics import noise_worker
from pipelines.statistics.noisable import noisable
from policies.privacy_budget import nrho_cost, of_build
from tests.pipelines.conftest import BY_WARD, PEOPLE, Town, person

DAY = date(2026, 9, 24)
Found = Callable[..., Town]
SQL = (
    "SELECT p.ward, count(*) AS people, avg(p.income) AS mean, sum(p.income) AS total "
    "FROM civil.people AS p GROUP BY p.ward"
)
WARDS = replace(
    BY_WARD,
    fields=(
        Field("ward", key_position=1, use=Use.DIMENSION, allowed=("A", "B", "C", "D")),
        Field("people", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10_000),
        Field("mean", type=FieldType.NUMBER, use=Use.MEASURE, scale=2, minimum=0, maximum=1000),
        Field("total", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10_000_000),
    ),
    composed=Composed(Composition.STATISTICAL, SQL, Readers.OPERATORS, 0.5),
)
OPEN_KEYS = replace(WARDS, fields=(replace(WARDS.fields[0], allowed=()), *WARDS.fields[1:]))


def release_of(town: Town, contract: Contract = WARDS) -> Release:
    with reading(town.engine) as connection:
        found = latest(connection, contract.name)
    assert found is not None
    return found


def spent(engine: Engine, kind: str = "person") -> tuple[int, int]:
    with reading(engine) as connection:
        row = connection.execute(select(privacy_years).where(privacy_years.c.kind == kind)).first()
    return (0, 0) if row is None else (row.nrho, row.fdelta)


def built(town: Town, *names: str) -> dict[str, Any]:
    return {outcome.name: outcome for outcome in build(town.home, names or None, DAY, strict=True)}


@pytest.fixture
def town(found_town: Found) -> Town:
    return found_town(PEOPLE, WARDS)


def test_a_release_with_noise_says_its_error_and_is_charged_once(town: Town) -> None:
    outcome = built(town)[WARDS.name]
    assert outcome.state == "released", outcome.reason
    first = release_of(town)

    rows = {row["ward"]: row for row in read_vault(town.home, first).to_pylist()}
    assert sorted(rows) == ["A", "B", "C", "D"], "also C, of two persons, and D, of nobody"
    for row in rows.values():
        assert row["people"] >= 0
        assert 0 <= row["total"] <= 1000 * row["people"]
        assert row["mean"] is None or 0 <= row["mean"] <= 1000

    noise = first.facts.noise
    assert noise is not None
    assert (noise.kinds, noise.hides) == (("person",), ("person",))
    assert (noise.rho, noise.delta, noise.bound, noise.public_keys) == (0.5, 0.0, 1, True)
    share = 0.5 / 3  # rows, incomes and their sum
    assert noise.sigma["people"] == pytest.approx(1 / sqrt(2 * share))
    assert noise.sigma["total"] == pytest.approx(1000 / sqrt(2 * share))
    assert set(noise.within) == {"people", "total"}, "a mean is computed from two figures"
    with reading(town.engine) as connection:
        notes = " ".join(dataset(connection, WARDS.name)["notes"])
    assert "made with noise that hides each person" in notes
    assert "people ±" in notes

    assert spent(town.engine) == (nrho_cost(0.5), 0)
    with reading(town.engine) as connection:
        (row,) = connection.execute(select(noise_charges)).all()
    assert (row.dataset, row.release_id, row.kind) == (WARDS.name, first.id, "person")
    assert built(town)[WARDS.name].state == "unchanged"
    assert spent(town.engine) == (nrho_cost(0.5), 0)
    assert release_of(town).id == first.id


def test_a_build_that_is_forced_over_the_same_releases_gives_the_same_figures(town: Town) -> None:
    built(town)
    first = release_of(town)
    with writing(town.engine) as connection:
        connection.execute(update(releases).where(releases.c.id == first.id).values(fingerprint="other"))

    assert built(town)[WARDS.name].state == "unchanged"

    assert spent(town.engine) == (nrho_cost(0.5), 0)
    assert read_vault(town.home, release_of(town)).equals(read_vault(town.home, first))


def test_where_the_year_does_not_suffice_the_former_release_stays(town: Town) -> None:
    built(town)
    town.write("people.csv", [*Town.lines(), f"{person(95)},A,5,2026-08-01"])
    assert built(town)[WARDS.name].state == "released", "new rows are a new release"
    assert spent(town.engine) == (2 * nrho_cost(0.5), 0), "with a charge of its own"
    first = release_of(town)
    assert first.number == 2
    with writing(town.engine) as connection:
        connection.execute(update(privacy_years).values(nrho=nrho_cost(1.6)))
    town.write("people.csv", [*Town.lines(), f"{person(96)},A,5,2026-08-01"])

    outcome = built(town)[WARDS.name]

    assert outcome.state == "stopped"
    assert "yearly privacy limit of person" in outcome.reason
    assert "\n" not in outcome.reason
    assert release_of(town).id == first.id
    assert spent(town.engine)[0] == nrho_cost(1.6)


def test_a_year_that_is_spent_between_build_and_release_leaves_nothing_published(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(town)
    first, checked = release_of(town), charges.check

    def checked_too_early(*args: Any) -> None:
        checked(*args)
        with writing(town.engine) as connection:
            connection.execute(update(privacy_years).values(nrho=nrho_cost(1.8)))

    monkeypatch.setattr(charges, "check", checked_too_early)
    town.write("people.csv", [*Town.lines(), f"{person(95)},A,5,2026-08-01"])

    outcome = built(town)[WARDS.name]

    assert outcome.state == "stopped"
    assert "yearly privacy limit" in outcome.reason
    assert release_of(town).id == first.id
    assert read_vault(town.home, first).num_rows == 4
    assert spent(town.engine)[0] == nrho_cost(1.8)


class Died(Exception):
    """A builder that dies before its last step."""


@pytest.mark.parametrize(("spent_meanwhile", "number"), [(0.5, 2), (1.9, 1)])
def test_what_a_dead_builder_left_is_charged_if_it_is_published_and_else_is_not_there(
    town: Town, monkeypatch: pytest.MonkeyPatch, spent_meanwhile: float, number: int
) -> None:
    def dies(*_: Any, **__: Any) -> Release:
        raise Died

    built(town)
    town.write("people.csv", [*Town.lines(), f"{person(95)},A,5,2026-08-01"])
    built(town, PEOPLE.name)
    with monkeypatch.context() as patched:
        patched.setattr(publication, "finish", dies)
        with pytest.raises(Died):
            built(town, WARDS.name)
    with writing(town.engine) as connection:
        connection.execute(update(privacy_years).values(nrho=nrho_cost(spent_meanwhile)))
        connection.execute(update(leases).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))

    done = publication.recover(town.home, town.engine, datetime.now(UTC))

    assert len(done) == 1
    assert release_of(town).number == number
    assert spent(town.engine)[0] == nrho_cost(spent_meanwhile) + (nrho_cost(0.5) if number == 2 else 0)


def test_keys_that_are_not_public_show_by_their_noisy_count_alone(found_town: Found) -> None:
    town = found_town(PEOPLE, OPEN_KEYS)
    assert built(town)[WARDS.name].state == "released"
    wards = read_vault(town.home, release_of(town))["ward"].to_pylist()
    assert "C" not in wards, "two persons are never above the threshold of ten, but once in 10 to the 15"
    noise = release_of(town).facts.noise
    assert noise is not None
    assert not noise.public_keys
    assert noise.delta == of_build(DAY).delta
    assert spent(town.engine)[1] > 0


def test_what_departments_read_is_built_without_noise_as_before(found_town: Found) -> None:
    for_departments = replace(WARDS, composed=Composed(Composition.STATISTICAL, SQL))
    town = found_town(PEOPLE, for_departments)
    built(town)
    assert release_of(town).facts.noise is None
    assert read_vault(town.home, release_of(town))["people"].to_pylist() == [31]
    assert spent(town.engine) == (0, 0)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT p.ward, sum(p.income * 2) AS total FROM civil.people AS p GROUP BY 1", "a measure"),
        ("SELECT p.ward, max(p.income) AS total FROM civil.people AS p GROUP BY 1", "count, sum or avg"),
        (
            "SELECT p.ward, count(*) AS people FROM civil.people AS p JOIN civil.people AS q "
            "ON p.ward = q.ward GROUP BY 1",
            "reads a dataset twice",
        ),
        (
            "SELECT p.ward, count(*) AS people FROM civil.people AS p JOIN civil.visits AS v "
            "ON p.ward = v.ward GROUP BY 1",
            "nothing bounds",
        ),
    ],
)
def test_sql_that_cannot_be_made_with_noise_is_stopped_and_says_why(sql: str, said: str) -> None:
    visits = replace(PEOPLE, id="visits", table="visits", fields=(*PEOPLE.fields,))
    made = replace(WARDS, composed=Composed(Composition.STATISTICAL, sql, Readers.OPERATORS))
    with pytest.raises(Stopped, match=said):
        noisable(made, {c.name: c for c in (PEOPLE, visits, made)})


def test_rows_of_one_unit_multiply_where_two_datasets_are_joined_on_it() -> None:
    visits = replace(
        PEOPLE,
        id="visits",
        table="visits",
        units=(UnitRule("person", 6),),
        fields=(replace(PEOPLE.fields[0], key_position=None), *PEOPLE.fields[1:]),
    )
    sql = (
        "SELECT p.ward, count(*) AS people FROM civil.visits AS v JOIN civil.people AS p "
        "ON v.id_card = p.id_card GROUP BY 1"
    )
    made = replace(WARDS, composed=Composed(Composition.STATISTICAL, sql, Readers.OPERATORS))
    assert noisable(made, {c.name: c for c in (PEOPLE, visits, made)}).bound == 6


def test_readers_and_rho_are_written_and_read_back() -> None:
    again = loads(dumps(WARDS))
    assert again.composed == WARDS.composed
    assert "readers" not in dumps(BY_WARD)
    with pytest.raises(ContractError, match="statistical"):
        Composed(Composition.UNIT_LEVEL, "SELECT 1", Readers.OPERATORS)
    with pytest.raises(ContractError, match="rho"):
        Composed(Composition.STATISTICAL, "SELECT 1", Readers.OPERATORS, -1.0)


def test_neighbouring_rows_come_out_alike_as_often_as_the_loss_allows() -> None:
    """Noise as the build asks for it: the figure of one person more is no easier to tell than stated."""
    rho, draws = 0.5, 4_000
    request = {
        "keys": None,
        "figures": [{"values": [10] * draws, "sensitivity": 1.0, "sigma": 1 / sqrt(2 * rho), "rho": rho}],
    }
    more = {**request, "figures": [{**request["figures"][0], "values": [11] * draws}]}  # type: ignore[index]
    found = [np.array(noise_worker.noised(r)["figures"][0]) for r in (request, more)]
    delta = 1e-3
    epsilon = rho + 2 * sqrt(rho * np.log(1 / delta))
    for edge in range(5, 17):
        shares = [float((f >= edge).mean()) for f in found]
        assert shares[1] <= np.exp(epsilon) * shares[0] + delta + 0.03
        assert shares[0] <= np.exp(epsilon) * shares[1] + delta + 0.03
    assert abs(found[0].std() - 1.0) < 0.08
