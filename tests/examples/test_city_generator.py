"""The generator itself: deterministic, complete, consistent with its contracts."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from contracts.codes import resident_id, uscc
from contracts.model import SourceFormat
from contracts.odcs import files as odcs
from examples.city import codes
from examples.city.firms import employment, firms
from examples.city.generate import CONTRACTS, DATASETS, generate
from examples.city.people import people
from examples.city.places import STREET, VILLAGE
from examples.city.planted import Planted

City = tuple[Path, Planted]

CHANGED_FILES = {
    "公安局/常住人口登记_云川区.csv",
    "公安局/常住人口登记_云峰县.csv",
    "公安局/常住人口登记_云岭区.csv",
    "公安局/常住人口登记_云浦区.csv",
    "公安局/常住人口登记_云湖区.csv",
    "民政局/最低生活保障对象名册.xlsx",
    "民政局/高龄津贴发放花名册.xlsx",
}


def digests(folder: Path) -> dict[str, str]:
    data = folder / "data"
    return {
        path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def again(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, str], dict[str, str], Planted, Planted]:
    """A second making of both deliveries: digests and figures of each."""
    folder = tmp_path_factory.mktemp("again")
    first = generate(folder)
    before = digests(folder)
    second = generate(folder, stage=2)
    return before, digests(folder), first, second


def test_two_runs_give_the_same_bytes_and_the_same_figures(city: City, again: tuple) -> None:  # type: ignore[type-arg]
    assert digests(city[0]) == again[0]
    assert city[1] == again[2]


def test_second_delivery_rewrites_only_the_files_it_names(again: tuple) -> None:  # type: ignore[type-arg]
    before, after, _, _ = again
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == CHANGED_FILES


def test_second_delivery_needs_the_first(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="first one"):
        generate(tmp_path, stage=2)


def test_planted_figures_survive_writing_and_reading(city: City, tmp_path: Path) -> None:
    city[1].write(tmp_path / "planted.json")
    assert Planted.read(tmp_path / "planted.json") == city[1]


def test_city_has_fourteen_sources_of_seven_departments_and_two_composed_datasets(city: City) -> None:
    contracts = [odcs.read(path) for path in sorted(CONTRACTS.glob("*.yaml"))]
    sources = [c for c in contracts if c.composed is None]
    assert len(sources) >= 14
    assert len({c.department.name for c in sources}) >= 7
    assert len(contracts) - len(sources) == 2
    assert {c.name for c in contracts} == {d.name for d in city[1].datasets}
    assert len(sources) == len(DATASETS)


def test_sources_come_in_every_promised_form() -> None:
    sources = [s for path in CONTRACTS.glob("*.yaml") for s in odcs.read(path).sources]
    forms = {s.format for s in sources}
    encodings = {s.encoding for s in sources if s.encoding}
    wanted = {
        SourceFormat.CSV,
        SourceFormat.EXCEL,
        SourceFormat.PARQUET,
        SourceFormat.JSONL,
        SourceFormat.SQL,
    }
    assert wanted <= forms
    assert {"utf-8", "utf-8-sig", "gb18030"} <= encodings


def test_contracts_carry_right_department_codes_and_a_basis_where_one_is_due() -> None:
    for path in CONTRACTS.glob("*.yaml"):
        contract = odcs.read(path)
        assert uscc(contract.department.code) == contract.department.code, contract.name
        assert contract.sharing.basis or contract.sharing.type == "unconditional", contract.name
        assert contract.unit_free or contract.units or contract.composed, contract.name


def test_contract_files_are_written_as_the_project_writes_contracts() -> None:
    for path in CONTRACTS.glob("*.yaml"):
        assert odcs.dumps(odcs.read(path)) == path.read_text(encoding="utf-8"), path.name


def test_every_row_is_landed_once_and_is_either_typed_or_quarantined(again: tuple) -> None:  # type: ignore[type-arg]
    for planted in again[2:]:
        for one in planted.datasets:
            assert one.landed == one.typed + one.quarantined, one.name
            assert one.quarantined == sum(one.spoilt.values()), one.name


def test_movement_between_deliveries_explains_the_difference_in_rows(again: tuple) -> None:  # type: ignore[type-arg]
    first, second = again[2], again[3]
    for name in ("civil.population", "civil_affairs.low_income", "civil_affairs.old_age_allowance"):
        moved = second.dataset(name).movement.values()
        grown = sum(m.added for m in moved) - sum(m.removed for m in moved)
        assert second.dataset(name).typed - first.dataset(name).typed == grown
        assert all(m.total for m in moved)


@pytest.mark.parametrize("area", [STREET, VILLAGE])
def test_flow_to_an_area_adds_up_and_holds_every_kind_of_move(again: tuple, area: str) -> None:  # type: ignore[type-arg]
    name = "civil_affairs.old_age_allowance" if area == STREET else "civil.population"
    dataset = again[3].dataset(name)
    flow, moved = dataset.flow(area), dataset.moved(area)
    assert flow.changed == flow.delivered + flow.unattributed + flow.other_areas
    assert flow.delivered == moved.total
    assert min(moved.added, moved.changed, moved.removed, flow.unattributed, flow.other_areas) > 0


def test_correction_names_an_old_person_of_the_street(again: tuple) -> None:  # type: ignore[type-arg]
    asked = again[2].correction
    assert asked == again[3].correction
    assert asked.area.startswith(STREET)
    assert asked.old != asked.new
    assert resident_id(asked.key) == asked.key


def test_people_have_distinct_right_identity_numbers_that_fit_their_birth_and_sex() -> None:
    them = people()
    assert len(set(them.identity)) == len(them.identity)
    for n in range(0, len(them.identity), 97):
        number = them.identity[n]
        assert resident_id(number) == number
        assert number[6:14] == str(them.births[n])
        assert int(number[16]) % 2 == int(them.male[n])


def test_enterprises_have_distinct_right_codes() -> None:
    found = firms().code
    assert len(set(found)) == len(found)
    assert all(uscc(code) == code for code in found)


def test_nobody_is_insured_by_two_employers_in_one_month_and_rare_industries_stay_rare() -> None:
    job = employment()
    assert job.employer.shape == (len(set(job.person.tolist())), 12)
    letters = firms().industry
    staff = Counter(letters[e] for e in job.employer[:, 0].tolist() if e >= 0)
    assert {letter for letter, count in staff.items() if count < 10} == {"A", "B"}
    assert staff["A"] + staff["B"] >= 10


@pytest.mark.parametrize(
    ("stem", "whole"),
    [("11010519491231002", "11010519491231002X"), ("44052418800101001", "440524188001010014")],
)
def test_check_digit_agrees_with_the_published_examples(stem: str, whole: str) -> None:
    assert codes.with_check_digit(stem) == whole


def test_bank_cards_pass_luhn_and_name_no_issuer() -> None:
    assert codes.luhn("622202020000000000") == "6222020200000000006"
