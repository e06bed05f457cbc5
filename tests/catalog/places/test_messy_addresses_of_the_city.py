"""The city's messy addresses: nearly all that is told is right at street level, and much is told."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.places.addresses import AddressList, PlaceName
from catalog.places.divisions import Division, Divisions
from catalog.places.ledger import enter, places
from catalog.places.lists import read
from catalog.store import reading
from examples.city.addresses import WRITTEN, homes, standard_names, write_lists
from examples.city.places import divisions
from policies.attribution import attributing

DAY = date(2026, 9, 30)
NOON = datetime(2026, 9, 23, 4, tzinfo=UTC)
# Right at street level, of those that are told.
RIGHT = 0.98


@pytest.fixture(scope="module")
def city() -> AddressList:
    known = [Division(d.code, d.name, d.parent) for d in divisions()]
    names = [
        PlaceName(n.name, n.code, n.kind, int(n.low) if n.low else None, int(n.high) if n.high else None)
        for n in standard_names()
    ]
    tree = Divisions(known, (), DAY)
    return AddressList(known, names, tree, attributing(DAY))


def test_what_is_told_of_messy_addresses_is_right_at_street_level(
    city: AddressList, capsys: pytest.CaptureFixture[str]
) -> None:
    least = attributing(DAY).least
    written = homes(8_000)
    told, right, wrong = 0, 0, Counter[str]()
    by_kind = Counter[str]()
    for home in written:
        found = city.locate(home.text)
        if found.code is None or found.confidence < least:
            continue
        told += 1
        by_kind[home.kind] += 1
        if found.code[:9] == home.village[:9]:
            right += 1
        else:
            wrong[home.kind] += 1
    with capsys.disabled():
        print(
            f"\nmessy addresses of the city: {told / len(written):.1%} of {len(written):,} attributed,"
            f" {right / told:.2%} of them right at street level"
        )
    assert right / told >= RIGHT
    assert told / len(written) >= 0.85
    # What only a mistaken writer gets wrong, and nothing else.
    assert set(wrong) <= {"wrong_street"}
    assert by_kind["district_alone"] == by_kind["unlisted"] == by_kind["village_alone"] == 0


def test_every_way_of_writing_occurs_and_is_judged_alike_again(city: AddressList) -> None:
    written = homes(1_500)

    assert {home.kind for home in written} == set(WRITTEN)
    assert written == homes(1_500)
    assert [city.locate(h.text) for h in written[:50]] == [city.locate(h.text) for h in written[:50]]


def test_the_lists_of_the_city_are_read_and_entered_as_a_steward_does(engine: Engine, tmp_path: Path) -> None:
    write_lists(tmp_path)

    for kind in ("divisions", "names"):
        entries = read(tmp_path / f"{kind}.csv", kind)  # type: ignore[arg-type]
        done = enter(engine, kind, entries, source="民政局", by="李四", now=NOON)  # type: ignore[arg-type]
        again = enter(engine, kind, entries, source="民政局", by="李四", now=NOON)  # type: ignore[arg-type]
        assert (done.new, done.replaced) == (len(entries), 0)
        assert (again.new, again.replaced) == (0, 0)
    with reading(engine) as connection:
        known = places(connection, DAY, NOON)
    assert known.addresses.locate("云湖区清波街道东升社区12号").code == "990101001001"


def real_divisions(folder: Path) -> list[Division]:
    """Provinces, cities, districts and streets of the country as published."""
    found = []
    above = {"provinces": "", "cities": "provinceCode", "areas": "cityCode", "streets": "areaCode"}
    for name, parent in above.items():
        with (folder / f"{name}.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                found.append(Division(row["code"], row["name"], row[parent] if parent else ""))
    return found


@pytest.mark.full
def test_streets_of_the_whole_country_are_told_by_their_full_names(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = real_divisions(real_data / "admin_divisions")
    tree = Divisions(known, (), DAY)
    found = AddressList(known, (), tree, attributing(DAY))
    names = {each.code: each.name for each in known}
    streets = [each.code for each in known if len(each.code) == 9][::29]

    told, right = 0, 0
    for code in streets:
        text = "".join(names[above] for above in reversed(tree.chain(code))).replace("市辖区", "")
        answer = found.locate(f"{text}建设路12号")
        told += answer.code is not None
        right += answer.code == code
    with capsys.disabled():
        print(
            f"\nstreets of the country: {told / len(streets):.1%} of {len(streets):,} told by their full"
            f" names, {right / told:.2%} of them right"
        )
    assert right / told >= RIGHT
    assert told / len(streets) >= 0.95
