"""Supply as a table of a department's exchange database: whole or not at all, once, with its comments."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select, text

from catalog.store import reading, writing
from catalog.store.tables.supplies import supplies
from policies.decision import Deny
from space.errors import Refused
from space.identity.tokens import Caller
from space.supply import databases, exchange
from space.supply.files import Form
from space.supply.intents import Asked
from space.supply.supplies import Supply
from tests.space.bureau_contracts import identity


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def database(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """The address of a department's database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").new_database())
    return f"sqlite:///{tmp_path}/exchange.db"


def registered(counter: Any, url: str, **more: Any) -> databases.Exchange:
    """Enter the database of the department that holds the grant."""
    b = counter.bureau
    with writing(b.engine) as connection:
        return databases.register(
            connection, b.department["code"], "front", url, place="", by="张磊", now=b.clock(), **more
        )


def pushed(counter: Any, held: Any, found: databases.Exchange) -> Any:
    """Push the grant's only dataset there."""
    asked = Asked(held.id, None, Form.TABLE, "周敏")
    return exchange.supply_table(counter.maker, Caller(held.grantee), asked, found)


def test_a_table_appears_whole_with_comments_and_its_supply(counter: Any, database: str) -> None:
    held = counter.granted(method="exchange", where="district = '云港区'")

    made = pushed(counter, held, registered(counter, database))

    assert isinstance(made, Supply), made
    assert (made.form, made.place, made.rows) == ("table", "civil_population", 4)
    there = create_engine(database)
    with there.connect() as connection:
        rows = connection.execute(text("SELECT id_card, income FROM civil_population")).all()
        (said,) = connection.execute(text("SELECT supply, rows, mark FROM ybz_supplies")).all()
        titles = dict(
            tuple(connection.execute(text("SELECT column_name, title FROM ybz_supply_columns")).all())
        )
    assert sorted(rows) == sorted((identity(n), n) for n in range(240, 244))
    assert (said.supply, said.rows) == (made.id, 4)
    assert held.id in said.mark
    assert titles["sex"] == "性别"
    if there.dialect.name == "postgresql":
        comments = {c["name"]: c["comment"] for c in inspect(there).get_columns("civil_population")}
        assert comments["sex"] == "性别"
    assert not [name for name in inspect(there).get_table_names() if "incoming" in name]
    there.dispose()


def test_the_same_table_again_is_the_same_supply(counter: Any, database: str) -> None:
    held = counter.granted(method="exchange")
    found = registered(counter, database)

    first, again = pushed(counter, held, found), pushed(counter, held, found)

    assert (first.id, first.receipt) == (again.id, again.receipt)
    assert counter.bureau.row(held).calls_used == 1


@pytest.mark.full
def test_who_dies_after_the_table_was_written_writes_it_again(
    counter: Any, database: str, monkeypatch: Any
) -> None:
    from space.supply import making

    held = counter.granted(method="exchange")
    found = registered(counter, database)

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(making, "hand_over", dies)
        with pytest.raises(KeyboardInterrupt):
            pushed(counter, held, found)
    made = pushed(counter, held, found)

    there = create_engine(database)
    with there.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM civil_population")).scalar() == 244
        assert connection.execute(text("SELECT supply FROM ybz_supplies")).scalars().all() == [made.id]
    there.dispose()


def test_a_grant_that_ends_while_it_is_written_leaves_no_table(
    counter: Any, database: str, monkeypatch: Any
) -> None:
    held = counter.granted(method="exchange")
    found = registered(counter, database)
    filled = exchange.filled

    def revoked_meanwhile(*given: Any) -> Any:
        made = filled(*given)
        counter.bureau.revoke(held)
        return made

    monkeypatch.setattr(exchange, "filled", revoked_meanwhile)
    refused = pushed(counter, held, found)

    assert isinstance(refused, Deny)
    assert refused.reasons[0].code == "grant.ended_meanwhile"
    there = create_engine(database)
    assert "civil_population" not in inspect(there).get_table_names()
    there.dispose()
    assert {row.state for row in counter.rows(select(supplies.c.state))} == {"lost"}


@pytest.mark.full
def test_a_file_method_pushes_no_table(counter: Any, database: str) -> None:
    held = counter.granted(method="file")

    refused = pushed(counter, held, registered(counter, database))

    assert isinstance(refused, Deny)
    assert refused.reasons[0].code == "supply.method"


@pytest.mark.full
def test_a_database_that_cannot_be_reached_is_said_in_one_line(counter: Any, tmp_path: Any) -> None:
    held = counter.granted(method="exchange")
    found = registered(counter, f"sqlite:///{tmp_path}/missing/exchange.db")

    with pytest.raises(exchange.ExchangeFailed, match="did not take the table"):
        pushed(counter, held, found)
    assert {row.state for row in counter.rows(select(supplies.c.state))} == {"lost"}


WRONG = {
    "postgresql+psycopg://user:secret@host/db": "supply.exchange.password",
    "mysql://user@host/db": "supply.exchange.url",
    "sqlite://": "supply.exchange.url",
    "no address": "supply.exchange.url",
}


@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_may_not_be_kept_is_refused(counter: Any, url: str) -> None:
    counter.granted()
    with pytest.raises(Refused) as refused:
        registered(counter, url)
    assert refused.value.decision.reasons[0].code == WRONG[url]
    assert "secret" not in str(refused.value)


def test_a_password_is_named_and_taken_from_the_environment(counter: Any) -> None:
    counter.granted()
    made = registered(counter, "postgresql+psycopg://user:${FRONT_PASSWORD}@host/db")

    with reading(counter.bureau.engine) as connection:
        assert databases.called(connection, made.organisation, "front") == made
    with pytest.raises(Refused, match=r"supply\.exchange\.taken"):
        registered(counter, "sqlite:////srv/front/exchange.db")
