"""Two schemes of numbering: codes never given twice, foreign codes stepped over, no invented check."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine

from catalog import identifiers
from catalog.identifiers import DataInfrastructure, IdentifierError
from catalog.numbering import CodeTaken, GovernmentCatalogue, Scheme, reserve
from catalog.store import writing
from catalog.store.schema import metadata

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)
CATALOGUE = GovernmentCatalogue(TODAY)
NODE = DataInfrastructure("310000", "A1B2C3D4E", TODAY)
SCHEMES: tuple[tuple[Scheme, str], ...] = ((CATALOGUE, "基础/人口"), (NODE, "D"))


@cache
def _empty() -> Engine:
    made = create_engine("sqlite://")
    metadata.create_all(made)
    return made


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.none(), st.integers(1, 25)), max_size=40), st.booleans())
def test_codes_are_never_given_twice_whatever_is_reserved_between(
    script: list[int | None], short: bool
) -> None:
    """None: the next code; a number: an adopted catalogue has it, written with or without zeros."""
    given_here: list[int] = []
    foreign: set[int] = set()
    with _empty().connect() as connection:
        for number in script:
            if number is None:
                given_here.append(int(CATALOGUE.next_code(connection, "基础/人口").partition("/")[2]))
                continue
            code = f"101000/{number}" if short else f"101000/{number:06d}"
            if number in given_here:
                with pytest.raises(CodeTaken):
                    reserve(connection, code)
            else:
                reserve(connection, code)
                foreign.add(number)
        connection.rollback()  # the next script begins with no code given
    assert len(set(given_here)) == len(given_here)
    assert not foreign & set(given_here)
    assert given_here == sorted(given_here)


@pytest.mark.parametrize(("scheme", "kind"), SCHEMES)
def test_writers_at_once_get_different_codes(engine: Engine, scheme: Scheme, kind: str) -> None:
    def take(_: int) -> str:
        with writing(engine) as connection:
            return scheme.next_code(connection, kind)

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(take, range(40)))
    assert len(set(codes)) == 40


def test_a_far_off_foreign_code_costs_no_numbers(engine: Engine) -> None:
    with writing(engine) as connection:
        for code in (
            "101000/1",
            "101000/000002",
            "101000/99999999",
            "101000/" + "9" * 30,
            "MU-7",
            "101000/3",
        ):
            reserve(connection, code)
            reserve(connection, code)
        assert CATALOGUE.next_codes(connection, ["基础/人口"] * 2) == ("101000/000004", "101000/000005")


def test_many_codes_at_once_are_in_order_beyond_the_printed_digits(engine: Engine) -> None:
    from sqlalchemy import insert

    from catalog.store.tables.ledger import code_counters

    with writing(engine) as connection:
        connection.execute(insert(code_counters).values(front="101000", last=999_998))
        codes = CATALOGUE.next_codes(connection, ["基础/人口"] * 3)
    assert codes == ("101000/999999", "101000/1000000", "101000/1000001")


def test_an_identifier_is_a_stem_until_its_node_has_given_it_whole(engine: Engine) -> None:
    with writing(engine) as connection:
        first = identifiers.form_stem(connection, NODE, "a.b", "D", by="x", now=NOW)
        again = identifiers.form_stem(connection, NODE, "a.b", "D", by="x", now=NOW)
        other = identifiers.form_stem(connection, NODE, "a.c", "D", by="x", now=NOW)
        assert first == again
        assert (first.stem, first.identifier) == ("310000A1B2C3D4E/D000001", None)
        assert other.stem == "310000A1B2C3D4E/D000002"
        whole = _record(connection, "a.b", "310000A1B2C3D4E/D000001X9")
        assert (whole.identifier, whole.proof) == ("310000A1B2C3D4E/D000001X9", "回执1号")
        assert _record(connection, "a.b", "310000A1B2C3D4E/D000001X9") == whole
        # For what was never announced here, with the short organisation of the published example.
        assert _record(connection, "a.d", "110101ORG001/D000001X9").stem == "110101ORG001/D000001"


@pytest.mark.parametrize(
    ("dataset", "identifier", "proof", "says"),
    [
        ("a.b", "310000A1B2C3D4E/D000001", "p", "not an identifier"),
        ("a.b", "310000A1B2C3D4E/Z000001X9", "p", "not an identifier"),
        ("a.b", "31000A1B2C3D4E/D000001X9", "p", "not an identifier"),
        ("a.b", "310000A1B2C3D4E/D000001X9", " ", "with its proof"),
        ("a.b", "310000A1B2C3D4E/D000007X9", "p", "names another"),
        ("a.c", "310000A1B2C3D4E/D000001X9", "p", "is a.b's"),
        ("a.done", "310000A1B2C3D4E/D000002Y1", "p", "is never changed"),
    ],
)
def test_an_identifier_that_does_not_fit_is_not_recorded(
    engine: Engine, dataset: str, identifier: str, proof: str, says: str
) -> None:
    with writing(engine) as connection:
        identifiers.form_stem(connection, NODE, "a.b", "D", by="x", now=NOW)
        identifiers.form_stem(connection, NODE, "a.done", "D", by="x", now=NOW)
        _record(connection, "a.done", "310000A1B2C3D4E/D000002X9")
        with pytest.raises(IdentifierError, match=says):
            _record(connection, dataset, identifier, proof)


def test_an_official_algorithm_is_one_function(engine: Engine) -> None:
    official = DataInfrastructure("310000", "A1B2C3D4E", TODAY, check=lambda stem: f"{len(stem):02d}")
    with writing(engine) as connection:
        made = identifiers.form_stem(connection, official, "a.b", "F", by="x", now=NOW)
    assert (made.stem, made.identifier) == ("310000A1B2C3D4E/F000001", "310000A1B2C3D4E/F00000123")


@pytest.mark.parametrize(
    ("area", "organisation", "kind"),
    [("3100", "A1B2C3D4E", "D"), ("310000", "short", "D"), ("310000", "A1B2C3D4E", "Q")],
)
def test_a_stem_of_wrong_parts_is_refused(engine: Engine, area: str, organisation: str, kind: str) -> None:
    with writing(engine) as connection, pytest.raises(IdentifierError):
        DataInfrastructure(area, organisation, TODAY).next_code(connection, kind)


def _record(
    connection: object, dataset: str, identifier: str, proof: str = "回执1号"
) -> identifiers.Identifier:
    return identifiers.record(  # type: ignore[arg-type]
        connection, dataset, identifier, proof=proof, by="x", now=NOW, on=TODAY
    )
