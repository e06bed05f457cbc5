"""The city's forms on the city's releases: how much of them nobody types, and what becomes of the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.releases.published import latest
from catalog.store import create_store, reading
from contracts.odcs.files import read as read_contract
from examples.city.places import STREET
from pipelines.build import build
from space.wayback.backflow.bodies import Body, register
from space.wayback.forms.admission import admit
from space.wayback.forms.asking import Look
from space.wayback.forms.confirming import confirm
from space.wayback.forms.definition import of_document, read, to_document
from space.wayback.forms.prefill import Prefilled, prefill_many
from space.wayback.forms.sending import send
from space.wayback.forms.tasks import roster

FORMS = sorted((Path(__file__).resolve().parents[2] / "examples" / "city" / "forms").glob("*.yaml"))
NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
SOURCES = (
    "civil_population", "civil_households", "civil_affairs_low_income", "civil_affairs_old_age_allowance",
    "disabled_subsidy", "housing_properties", "market_enterprises",
)  # fmt: skip


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_of_the_city_is_read_and_written_back(path: Path) -> None:
    form = read(path)

    assert of_document(to_document(form)) == form
    assert form.roster is not None
    asked = sum(item.by_hand for item in form.items)
    assert asked / len(form.items) <= 0.3


def test_four_of_the_city_s_forms_come_every_month() -> None:
    assert sum(read(path).period == "monthly" for path in FORMS) >= 4


@pytest.mark.full
def test_seven_of_ten_cells_of_the_city_s_forms_are_typed_by_nobody(
    city: Any, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = create_store(home)
    paths = [city[0] / "contracts" / f"{name}.yaml" for name in SOURCES]
    contracts = [(read_contract(path), path) for path in paths]
    catalogue_all(engine, contracts, Acts(by="李四", reason="first entry", now=NOW))
    assert {one.state for one in build(home, [contract.name for contract, _ in contracts])} == {"released"}
    register(engine, Body("street", "清波街道", STREET), NOW)
    shares = {}
    for path in FORMS:
        form = admit(engine, read(path), by="王敏", now=NOW)
        with reading(engine) as connection:
            subjects = roster(home, connection, form, Body("street", "清波街道", STREET), NOW)
        sheets = prefill_many(home, engine, form.code, "street", subjects, NOW, Look("王五", ()))
        cells = [item for items in sheets.values() for item in items]
        shares[form.code] = _share(cells)
        assert len(sheets) > 30
    with capsys.disabled():
        told = ", ".join(f"{code} {share:.1%}" for code, share in shares.items())
        print(f"\nprefilled or computed cells of the city's forms: {told}")
    assert min(shares.values()) >= 0.7

    (task,) = send(home, engine, "YZ-MZ-01", ["street"], by="王敏", now=NOW)
    done = confirm(home, engine, task.id, by="陈静", now=NOW)
    (outcome,) = build(home, ["forms.f_yz_mz_01"])
    with reading(engine) as connection:
        release = latest(connection, "forms.f_yz_mz_01")
    assert outcome.state == "released"
    assert release is not None
    assert release.row_count == done.sheets == task.subjects
    engine.dispose()


def _share(cells: list[Prefilled]) -> float:
    """Of the cells of a form, those that hold a value before anybody typed one."""
    return sum(cell.value is not None for cell in cells) / len(cells)
