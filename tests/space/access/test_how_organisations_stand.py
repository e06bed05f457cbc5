"""How one organisation stands to another: by the tree as of a day, by reforms, by region."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Engine

from catalog.organisations import changes, units
from catalog.organisations.changes import NewUnit, Reform
from catalog.organisations.units import UnitKind
from catalog.store import reading, writing
from policies.access import Relation
from space.access.departments import codes_of
from space.access.relations import relation, relations
from tests.statements import counted

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY, FOUNDED, REFORMED = date(2026, 11, 20), date(2020, 1, 1), date(2026, 6, 1)
REFORM = Reform(REFORMED, "机构改革方案", "test", NOW)


@pytest.fixture
def tree(engine: Engine) -> Engine:
    """A city authority, an authority and a registrar of one county, units of two counties."""
    with writing(engine) as connection:
        _add(connection, "city-bureau", UnitKind.AUTHORITY, region="140500", on=date(2019, 1, 1))
        _add(connection, "county", UnitKind.INSTITUTION, region="140581")
        _add(connection, "county-bureau", UnitKind.AUTHORITY, parent="county", region="140581")
        _add(connection, "registrar", UnitKind.REGISTRAR, region="140581")
        _add(connection, "police", UnitKind.DEPARTMENT, parent="county", region="140581")
        _add(connection, "civil", UnitKind.DEPARTMENT, parent="county", region="140581")
        _add(connection, "street", UnitKind.GRASSROOTS, parent="civil", region="140581001")
        _add(connection, "other-police", UnitKind.DEPARTMENT, region="140525")
    return engine


@pytest.mark.parametrize(
    ("mine", "theirs", "stands"),
    [
        ("police", "police", Relation.OWN),
        ("police", "civil", Relation.SIBLING),
        ("county", "street", Relation.PARENT),
        ("street", "county", Relation.CHILD),
        ("police", "other-police", Relation.FOREIGN),
        ("county-bureau", "police", Relation.PARENT),
        ("county-bureau", "street", Relation.PARENT),
        ("county-bureau", "other-police", Relation.FOREIGN),
        ("registrar", "police", Relation.PARENT),
        ("registrar", "other-police", Relation.FOREIGN),
        ("registrar", "county-bureau", Relation.FOREIGN),
        ("city-bureau", "other-police", Relation.PARENT),
        ("city-bureau", "a firm of no tree", Relation.PARENT),
        ("police", "a firm of no tree", Relation.FOREIGN),
        ("a firm of no tree", "police", Relation.FOREIGN),
    ],
)
def test_the_tree_and_the_region_say_how_two_stand(
    tree: Engine, mine: str, theirs: str, stands: Relation
) -> None:
    with reading(tree) as connection:
        assert relation(connection, mine, theirs, TODAY) is stands


def test_things_of_merged_units_are_those_of_whoever_followed_them(tree: Engine) -> None:
    with writing(tree) as connection:
        changes.merge(connection, ["police", "civil"], NewUnit("welfare", "民生局"), REFORM)
        assert relation(connection, "welfare", "police", TODAY) is Relation.OWN
        assert relation(connection, "welfare", "civil", TODAY) is Relation.OWN
        assert relation(connection, "county", "police", TODAY) is Relation.PARENT
        # One that is over follows nobody: what was not its own before is not now.
        assert relation(connection, "police", "civil", TODAY) is Relation.FOREIGN


def test_a_unit_that_got_another_name_is_the_same(tree: Engine) -> None:
    with writing(tree) as connection:
        changes.rename(connection, "police", "公安分局", REFORM)
        assert relation(connection, "police", "police", TODAY) is Relation.OWN
        assert relation(connection, "civil", "police", TODAY) is Relation.SIBLING


def test_many_stand_as_each_of_them_does(tree: Engine) -> None:
    units_there = ["city-bureau", "county", "county-bureau", "registrar", "street", "other-police"]
    codes = [*units_there, "police", "civil", "welfare", "a firm of no tree", ""]
    with writing(tree) as connection:
        changes.merge(connection, ["police", "civil"], NewUnit("welfare", "民生局"), REFORM)
        for mine in codes:
            each = {theirs: relation(connection, mine, theirs, TODAY) for theirs in codes}
            assert relations(connection, mine, codes, TODAY) == each


def test_twenty_departments_take_as_many_statements_as_two(tree: Engine) -> None:
    with writing(tree) as connection:
        for number in range(20):
            _add(connection, f"d{number}", UnitKind.DEPARTMENT, parent="county", region="140581")
    asked = {}
    with reading(tree) as connection:
        for many in (2, 20):
            codes = {f"d{number}" for number in range(many)}
            named = {(f"unit {code}", "") for code in codes}
            with counted(tree) as statements:
                stood = relations(connection, "police", codes, TODAY)
                found = codes_of(connection, named, TODAY)
            assert set(stood.values()) == {Relation.SIBLING}
            assert set(found.values()) == codes
            asked[many] = len(statements)
    assert asked[2] == asked[20] > 0


def _add(
    connection: Connection,
    code: str,
    kind: UnitKind,
    *,
    parent: str | None = None,
    region: str | None = None,
    on: date = FOUNDED,
) -> None:
    units.add(
        connection, code=code, name=f"unit {code}", kind=kind, valid_from=on, basis="test", by="test",
        now=NOW, parent=parent, region=region,
    )  # fmt: skip
