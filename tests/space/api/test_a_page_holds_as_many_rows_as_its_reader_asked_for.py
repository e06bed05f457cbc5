"""A reader who sees some of a list gets full pages of these, in as many statements as of a short list."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine

from catalog.cataloging import announcing
from catalog.cataloging.awaiting import BEFORE_THE_AUTHORITY
from catalog.cataloging.standing import all_standings
from catalog.classify import view
from catalog.clocks import running
from catalog.inventory import demand as wanted
from catalog.inventory import telling
from catalog.inventory.accounting import accounted
from catalog.linking import tying
from catalog.opening import openings
from catalog.rectification import cases
from catalog.registration.rows import all_registrations, applications_of
from catalog.store import reading, writing
from policies.access import OrganisationKind, Role
from space.api.answering.paging import MOST
from space.api.app import create_app
from space.evaluation.evaluations import all_evaluations
from space.identity.organisations import Organisation, register
from space.money.invoices import all_invoices
from space.money.voucher_batches import batches
from space.money.vouchers import all_vouchers
from space.wayback.corrections.course import listing as challenges
from space.wayback.entitlements import comparisons
from space.wayback.forms import admission, demands, drafts
from space.wayback.grassroots import tasks
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.api.further_lists import held_by
from tests.space.api.lists_told import FURTHER, List, Told
from tests.space.api.long_lists import fill, spread
from tests.space.api.space_lists import STREET
from tests.space.bureau import DEPARTMENT, TODAY, Bureau
from tests.space.bureau_contracts import MARKET
from tests.statements import counted

# Rows of every list: every third is the reader's own.
MANY = 24
LIMIT = 3
BUYER = DEPARTMENT["code"]


def _own_entries(connection: Connection) -> set[str]:
    return {one.name for one in all_standings(connection) if one.department_code == MARKET.code}


def _entries(*states: str, own: bool = True) -> Told:
    def told(connection: Connection) -> Iterable[str]:
        known = _own_entries(connection)
        found = [one for one in all_standings(connection) if one.name in known or not own]
        return (one.name for one in found if not states or {one.state, one.way} & set(states))

    return told


def _waiting(connection: Connection) -> Iterable[str]:
    return (one.name for one in all_standings(connection) if one.way in BEFORE_THE_AUTHORITY)


def _cases(*states: str) -> Told:
    def told(connection: Connection) -> Iterable[str]:
        known = _own_entries(connection)
        return (one.id for one in cases.listing(connection, states=states or None) if one.dataset in known)

    return told


def _clocks(own: bool) -> Told:
    def told(connection: Connection) -> Iterable[str]:
        found = running.open_clocks(connection)
        return (one.id for one in found if not own or one.owner == MARKET.name)

    return told


def _decisions(everything: bool) -> Told:
    def told(connection: Connection) -> Iterable[str]:
        known = _own_entries(connection)
        found = view.decisions(connection, None, TODAY, everything=everything)
        return (one["id"] for one in found if one["dataset"] in known)

    return told


def _reviews(connection: Connection) -> Iterable[str]:
    known = _own_entries(connection)
    return (one["id"] for one in view.reviews(connection, everything=False) if one["dataset"] in known)


def _tables(state: str = "", own: bool = True) -> Told:
    def told(connection: Connection) -> Iterable[str]:
        found = [one for one in accounted(connection, TODAY) if state in ("", one.state)]
        return (one.id for one in found if not own or one.department == MARKET.name)

    return told


def _ids(of: Callable[[Connection], Iterable[Any]]) -> Told:
    return lambda connection: (one.id for one in of(connection))


def _registered(waiting: bool) -> Told:
    def told(connection: Connection) -> Iterable[str]:
        mine = [one for one in all_registrations(connection) if one.registrant_code == MARKET.code]
        return (
            one.id for one in mine
            if not waiting or any(filed.open for filed in applications_of(connection, one.id))
        )  # fmt: skip

    return told


def _compared(connection: Connection) -> Iterable[str]:
    return (one.id for one in comparisons.listing(connection) if one.department_code == MARKET.code)


def _before(connection: Connection) -> Iterable[str]:
    return (one.id for one in challenges(connection) if one.level)


def _demands(connection: Connection) -> Iterable[str]:
    return (one.id for one in demands.demands(connection) if one.form.issuer_code == BUYER)


def _drafts(connection: Connection) -> Iterable[str]:
    return (one.id for one in drafts.listing(connection, STREET))


def _invoices(connection: Connection) -> Iterable[str]:
    return (one.number for one in all_invoices(connection, payer=BUYER))


OWN = (Role.STEWARD, MARKET.code)
ALL = (Role.AUDITOR, AUTHORITY)
PAYS = (Role.CLIENT, BUYER)
LISTS = [
    List("/v1/entries", "entries", "name", *OWN, _entries()),
    List("/v1/entries?status=published", "entries", "name", *OWN, _entries("published")),
    List("/v1/entries", "entries", "name", *ALL, _entries(own=False)),
    List("/v1/reviews", "reviews", "name", Role.AUTHORITY, AUTHORITY, _waiting),
    List("/v1/rectifications", "cases", "id", *OWN, _cases("open", "sent")),
    List("/v1/rectifications?ended=true", "cases", "id", *OWN, _cases()),
    List("/v1/clocks", "clocks", "id", Role.DEPARTMENT_HEAD, MARKET.code, _clocks(own=True)),
    List("/v1/clocks", "clocks", "id", *ALL, _clocks(own=False)),
    List("/v1/classification/decisions", "decisions", "id", *OWN, _decisions(everything=False)),
    List("/v1/classification/decisions?ended=true", "decisions", "id", *OWN, _decisions(everything=True)),
    List("/v1/classification/reviews", "reviews", "id", *OWN, _reviews),
    List("/v1/inventory/tables", "tables", "id", *OWN, _tables()),
    List("/v1/inventory/tables?status=open", "tables", "id", *OWN, _tables("open")),
    List("/v1/inventory/tables?status=catalogued", "tables", "id", *ALL, _tables("catalogued", own=False)),
    List("/v1/inventory/tables?status=excluded", "tables", "id", *ALL, _tables("excluded", own=False)),
    List("/v1/invoices", "invoices", "number", *PAYS, _invoices),
    List("/v1/vouchers", "vouchers", "id", *PAYS, lambda c: [v.id for v in all_vouchers(c, firm=BUYER)]),
    List("/v1/vouchers/batches", "batches", "id", *PAYS, lambda c: [b.id for b in batches(c)]),
    List("/v1/forms", "forms", "code", *PAYS, lambda c: [f.code for f in admission.listing(c)]),
    List("/v1/forms/demands", "demands", "id", *PAYS, _demands),
    List("/v1/quality", "datasets", "dataset", *OWN, _entries()),
    List("/v1/announcements", "announcements", "id", *ALL, _ids(announcing.announcements)),
    List(
        "/v1/announcements?open=true", "announcements", "id", *ALL,
        _ids(lambda c: announcing.announcements(c, open_only=True)),
    ),
    List("/v1/inventory/announcements", "announcements", "id", *ALL, _ids(telling.announcements)),
    List(
        "/v1/lists/demands?open=true", "demands", "id", *ALL,
        _ids(lambda c: wanted.listing(c, open_only=True)),
    ),
    List("/v1/registrations", "registrations", "id", *OWN, _registered(waiting=False)),
    List("/v1/registrations?status=waiting", "registrations", "id", *OWN, _registered(waiting=True)),
    List("/v1/openings", "openings", "id", *ALL, _ids(openings.listing)),
    List("/v1/corrections", "reported", "id", *PAYS, _ids(lambda c: challenges(c, asker=BUYER))),
    List(
        "/v1/corrections", "to_answer", "id", Role.DEPARTMENT_HEAD, MARKET.code,
        _ids(lambda c: challenges(c, department_code=MARKET.code)),
    ),
    List("/v1/corrections/before", "corrections", "id", Role.AUTHORITY, AUTHORITY, _before),
    List("/v1/links", "links", "id", *ALL, _ids(tying.held)),
    List("/v1/entitlements", "comparisons", "id", *OWN, _compared),
    List("/v1/evaluations/kept", "evaluations", "id", Role.AUTHORITY, AUTHORITY, _ids(all_evaluations)),
    List(
        "/v1/evaluations", "evaluations", "id", *ALL, _ids(lambda c: all_evaluations(c, public=True))
    ),
    List(
        "/v1/grassroots/tasks", "tasks", "id", Role.CLIENT, STREET,
        _ids(lambda c: tasks.listing(c, STREET, TODAY, open_only=True)),
    ),
    List("/v1/forms/drafts", "drafts", "id", Role.CLIENT, STREET, _drafts),
]  # fmt: skip


@pytest.fixture
def long(busy: Bureau) -> Door:
    """Without the chores of a server, which ask the store for themselves."""
    with writing(busy.engine) as connection:
        register(connection, Organisation(AUTHORITY, "市数据局", OrganisationKind.AUTHORITY), busy.clock())
        fill(connection, 0, MANY)
    return Door(busy, TestClient(create_app(busy.home, clock=busy.clock, pool=busy.pool)))


# Lists that grow fast in every run, the others in every build of the whole.
SEVERAL = pytest.mark.parametrize(
    "lists",
    [pytest.param(LISTS, id="some"), pytest.param(FURTHER, id="further", marks=pytest.mark.full)],
)


@SEVERAL
def test_small_pages_tell_once_what_the_whole_store_holds_for_the_reader(
    long: Door, lists: Sequence[List]
) -> None:
    for of in lists:
        with reading(long.bureau.engine) as connection:
            expected = set(of.told(connection))
        assert len(expected) > LIMIT, of
        (whole,) = pages(long, of, MOST)
        several = pages(long, of, LIMIT)
        assert set(whole) == expected, of
        assert [one for page in several for one in page] == whole, of
        assert {len(page) for page in several[:-1]} == {LIMIT}, of
        assert 0 < len(several[-1]) <= LIMIT, of


@SEVERAL
def test_a_page_takes_as_many_statements_however_long_the_list_is(long: Door, lists: Sequence[List]) -> None:
    before = [statements(long.bureau.engine, long, of) for of in lists]
    with writing(long.bureau.engine) as connection:
        fill(connection, MANY, 3 * MANY)
    after = [statements(long.bureau.engine, long, of) for of in lists]
    assert after == before, [of for of, then, now in zip(lists, before, after, strict=True) if now > then]


@pytest.mark.full
@SEVERAL
def test_a_page_takes_as_many_statements_of_twenty_departments_as_of_two(
    long: Door, lists: Sequence[List]
) -> None:
    asked = {}
    for many in (2, 20):
        with writing(long.bureau.engine) as connection:
            spread(connection, many)
        asked[many] = [statements(long.bureau.engine, long, of) for of in lists]
    assert asked[20] == asked[2], [
        of for of, two, twenty in zip(lists, asked[2], asked[20], strict=True) if two != twenty
    ]


def test_tables_are_counted_by_state_as_far_as_the_reader_sees_them(long: Door) -> None:
    for role, organisation, own in ((*OWN, True), (*ALL, False)):
        with reading(long.bureau.engine) as connection:
            expected = {
                state: len(list(_tables(state, own)(connection)))
                for state in ("catalogued", "excluded", "open")
            }
        assert min(expected.values()) > 0
        told = long.get("/v1/inventory/tables?limit=1", role, organisation).json()
        assert told["states"] == expected


def test_whom_a_draft_is_about_stands_in_no_cursor(long: Door) -> None:
    page = long.get("/v1/forms/drafts?limit=1", Role.CLIENT, STREET).json()
    assert page["drafts"][0]["subject"] == f"person-{int(page['drafts'][0]['form'][1:])}"
    assert b"person-" not in base64.urlsafe_b64decode(page["next"] + "===")


def pages(door: Door, of: List, limit: int) -> list[list[Any]]:
    """Every page of a list, as what tells its rows apart."""
    found, address = [], _address(door, of, limit)
    while address:
        answer = door.get(address, of.role, of.organisation)
        assert answer.status_code == 200, answer.text
        found.append([of.named(one) for one in answer.json()[of.name]])
        address = answer.links.get("next", {}).get("url", "")
    return found


def statements(engine: Engine, door: Door, of: List) -> int:
    """How many statements the second page takes."""
    first = door.get(_address(door, of, LIMIT), of.role, of.organisation)
    address = first.links["next"]["url"]
    with counted(engine) as asked:
        assert door.get(address, of.role, of.organisation).status_code == 200
    return len(asked)


def _address(door: Door, of: List, limit: int) -> str:
    with reading(door.bureau.engine) as connection:
        path = of.path.replace("{grant}", held_by(connection, BUYER))
    return f"{path}{'&' if '?' in path else '?'}limit={limit}"
