"""An entry that is not published is as unknown to others as one there is not, and so is who uses what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest
from sqlalchemy import Engine, Table, insert, select

from catalog import identifiers
from catalog.cataloging import announcing
from catalog.cataloging.acts import CHECK
from catalog.cataloging.entering import Acts, catalogue_one
from catalog.inventory import telling
from catalog.inventory.telling import Change, Concerned
from catalog.linking import tying
from catalog.linking.settings import InterfaceLink
from catalog.store import writing
from catalog.store.tables.authority import (
    authority_cases,
    authority_claims,
    authority_permits,
    authority_terms,
)
from catalog.store.tables.ledger import entries
from catalog.store.tables.libraries import libraries, library_members
from catalog.store.tables.linking import link_probes
from contracts.model import Composed, Composition, Contract, Field, FieldType, Use
from contracts.odcs.files import dumps
from policies.access import Role
from policies.clocks import local_date
from space.granting.grants import all_grants
from space.identity.tokens import issue
from tests.space.access.doors_found import endpoints
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.bureau import DEPARTMENT
from tests.space.bureau_contracts import ECO, FIRMS, MARKET

# Made from what is published, and published itself by nobody.
HIDDEN: Final = Contract(
    id="market-hidden",
    title="未公开的名录",
    schema="market",
    table="hidden",
    department=MARKET,
    sharing=FIRMS.sharing,
    classification="基础/法人",
    fields=(
        Field("sex", "性别", use=Use.PLAIN),
        Field("firms", "内部标记", type=FieldType.INTEGER, use=Use.PLAIN),
    ),
    unit_free=True,
    composed=Composed(
        Composition.STATISTICAL,
        "SELECT industry AS sex, count(*) AS firms FROM market.firms GROUP BY industry",
    ),
)
NOWHERE: Final = "market.nowhere"
URL: Final = "https://inner.example.org/lists"
# Whoever reads, and whoever keeps the entries of another department.
OTHERS: Final = (Role.READER, Role.STEWARD, Role.DEPARTMENT_HEAD, Role.CLIENT)
# What an address asks for beside the name.
DAY: Final = "2026-09-24"


@pytest.fixture
def ledger(door: Door) -> Door:
    """The interface over a ledger with an entry on its way that much hangs on."""
    b = door.bureau
    acts = Acts(by="李四", reason="first entry", now=b.clock(), assessment="PIA-2026-2")
    made = catalogue_one(b.engine, HIDDEN, None, acts, upto=CHECK)
    assert made.state != "published"
    scheme = identifiers.DataInfrastructure("990100", MARKET.code[8:17], local_date(b.clock()))
    with writing(b.engine) as connection:
        identifiers.form_stem(connection, scheme, HIDDEN.name, "D", by="x", now=b.clock())
        for name in (HIDDEN.name, FIRMS.name):
            tying.tie(connection, name, InterfaceLink(URL), by="王芳", now=b.clock())
    _seeded(b.engine, b.clock())
    for path in (f"/v1/entries/{HIDDEN.name}", f"/v1/lineage/{HIDDEN.name}"):
        assert door.get(path, Role.STEWARD, MARKET.code).status_code == 200, path
    return door


def _seeded(engine: Engine, now: datetime) -> None:
    """Lines of lists that name the entry: of sources and copies of items, of a library, of changes told."""
    item: dict[str, Any] = {
        "element": "sex", "subject": "enterprise", "dataset": HIDDEN.name, "field": "sex", "basis": "x",
        "department": MARKET.name, "department_code": MARKET.code,
    }  # fmt: skip
    library: dict[str, Any] = {
        "id": "lib_1", "name": "firms", "kind": "special", "subject": "", "title": "x", "owner": "x",
        "owner_code": MARKET.code, "task": "x", "basis": "x", "demand": "", "state": "open",
        "reviewed_on": now.date(), "review_due_on": now.date(), "opened_by": "x", "opened_at": now,
        "evidence_id": "x",
    }  # fmt: skip
    rows: tuple[tuple[Table, dict[str, Any]], ...] = (
        (authority_terms, item | {"id": "t", "begun_on": now.date(), "named_by": "x", "named_at": now}),
        (authority_claims, item | {"id": "c", "state": "contested", "made_by": "x", "made_at": now,
                                   "changed_at": now}),
        (authority_cases, {"id": "k", "element": "sex", "subject": "enterprise", "number": 1,
                           "opened_at": now, "opened_by": "x"}),
        (authority_permits, {"id": "p", "reader": f"{HIDDEN.name}.sex", "reads": f"{FIRMS.name}.industry",
                             "basis": "x", "made_by": "x", "made_at": now}),
        (libraries, library),
        (library_members, {"id": "m", "library_id": "lib_1", "dataset": HIDDEN.name, "part": "source",
                           "sources": [], "joined_by": "x", "joined_at": now, "evidence_id": "x"}),
    )  # fmt: skip
    change = Change("duty", "name", "sex", f"{HIDDEN.name}.sex", "x")
    with writing(engine) as connection:
        for table, row in rows:
            connection.execute(insert(table).values(row))
        told_to = (Concerned("department", HIDDEN.name, MARKET.name, MARKET.code),)
        telling.announce(connection, change, told_to, by="x", now=now)


def gets(door: Door) -> Iterator[tuple[str, Any]]:
    """Every path that is read, with what the framework knows of it."""
    app: Any = door.client.app
    for name, route_ in endpoints(app):
        method, _, path = name.partition(" ")
        if method == "GET" and path.startswith("/v1/"):
            yield path, route_


def told(answer: Any) -> tuple[int, str]:
    """The status and the code of the problem."""
    problem = answer.headers["content-type"].startswith("application/problem")
    return answer.status_code, answer.json()["code"] if problem else ""


@pytest.mark.full
def test_no_address_tells_an_unpublished_entry_from_one_there_is_not(ledger: Door) -> None:
    wrong = []
    for path, route_ in gets(ledger):
        if "{" not in path:
            continue
        path = path.replace("{on}", DAY).replace("{year}", "2026")
        query = {one.alias: "1" for one in route_.dependant.query_params if one.field_info.is_required()}
        for role in OTHERS:
            there, field, none = (
                told(ledger.get(re.sub(r"{\w+}", name, path), role, ECO.code, params=query))
                for name in (HIDDEN.name, f"{HIDDEN.name}.sex", NOWHERE)
            )
            if not there == field == none:
                wrong.append(f"{path} {role.value}: {there} {field} {none}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.full
def test_no_list_names_an_unpublished_entry_of_others(ledger: Door) -> None:
    wrong = []
    for path, route_ in gets(ledger):
        if "{" in path:
            continue
        query = {one.alias: "1" for one in route_.dependant.query_params if one.field_info.is_required()}
        for role in OTHERS:
            answer = ledger.get(path, role, ECO.code, params=query)
            if any(word in answer.text for word in (HIDDEN.name, HIDDEN.title, "内部标记")):
                wrong.append(f"{path} {role.value}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.full
def test_no_list_narrowed_to_a_name_tells_an_unpublished_entry_from_one_there_is_not(ledger: Door) -> None:
    wrong = []
    for path, route_ in gets(ledger):
        query = {one.alias: "1" for one in route_.dependant.query_params if one.field_info.is_required()}
        for word in {one.alias for one in route_.dependant.query_params} & {"name", "dataset", "entry", "q"}:
            for role in OTHERS if "{" not in path else ():
                there, none = (
                    ledger.get(path, role, ECO.code, params=query | {word: name})
                    for name in (HIDDEN.name, NOWHERE)
                )
                if (told(there), there.text.replace(HIDDEN.name, NOWHERE)) != (told(none), none.text):
                    wrong.append(f"{path}?{word}= {role.value}: {told(there)} {told(none)}")
    assert not wrong, "\n".join(wrong)


def test_what_a_change_would_break_is_told_to_nobody_but_who_sees_the_entry(ledger: Door) -> None:
    absent = replace(HIDDEN, id="nowhere", table="nowhere")
    renamed = replace(HIDDEN, table="renamed")
    firms = replace(FIRMS, fields=FIRMS.fields[:2])
    for contract in (HIDDEN, renamed, firms, absent):
        sent = {"contract": dumps(contract)}
        answer = ledger.post("/v1/impact", sent, Role.STEWARD, ECO.code)
        assert told(answer) == (404, "not_found"), contract.name
    for contract in (HIDDEN, renamed, firms):
        answer = ledger.post("/v1/impact", {"contract": dumps(contract)}, Role.STEWARD, MARKET.code)
        assert answer.status_code == 200
    assert [one["code"] for one in answer.json()["grants"]] == [DEPARTMENT["code"]]


def test_what_a_link_is_tied_to_is_told_to_who_sees_the_entrys_details_alone(ledger: Door) -> None:
    public = {"id", "dataset", "kind"}
    for role in OTHERS:
        (one,) = ledger.get("/v1/links", role, ECO.code).json()["links"]
        assert set(one) == public | {"last_test"}
        assert one["dataset"] == FIRMS.name
        assert set(ledger.get(f"/v1/links/{one['id']}", role, ECO.code).json()) == public | {"tests"}
    own = ledger.get("/v1/links", Role.STEWARD, MARKET.code).json()["links"]
    assert {each["dataset"] for each in own} == {FIRMS.name, HIDDEN.name}
    assert {each["settings"]["url"] for each in own} == {URL}
    (hidden,) = (each["id"] for each in own if each["dataset"] == HIDDEN.name)
    assert ledger.get(f"/v1/links/{hidden}", Role.STEWARD, MARKET.code).json()["settings"]["url"] == URL
    assert told(ledger.get(f"/v1/links/{hidden}", Role.READER, ECO.code)) == told(
        ledger.get("/v1/links/lnk_0", Role.READER, ECO.code)
    )


def test_a_tested_links_outcome_is_told_without_its_words(ledger: Door) -> None:
    (link,) = ledger.get("/v1/links", Role.READER, ECO.code, params={"name": FIRMS.name}).json()["links"]
    with writing(ledger.bureau.engine) as connection:
        connection.execute(
            insert(link_probes).values(
                id="prb_1", link_id=link["id"], dataset=FIRMS.name, tested_at=ledger.bureau.clock(),
                alive=False, why=URL, latency_ms=5, latency_class="fast", details={"at": URL},
                tested_by="x", evidence_id="x",
            )
        )  # fmt: skip
    (others,) = ledger.get("/v1/links", Role.READER, ECO.code).json()["links"]
    assert set(others["last_test"]) == {"tested_at", "alive", "latency_class"}
    assert URL not in ledger.get(f"/v1/links/{link['id']}", Role.READER, ECO.code).text
    assert URL in ledger.get(f"/v1/links/{link['id']}", Role.STEWARD, MARKET.code).json()["tests"][0]["why"]


def test_adoption_of_standards_counts_what_is_published_and_ones_own(ledger: Door) -> None:
    def missed(role: Role, organisation: str) -> bool:
        told_of = ledger.get("/v1/standards/adoption", role, organisation)
        assert told_of.status_code == 200
        return HIDDEN.name in {one["dataset"] for one in told_of.json()["not_following"]}

    assert not missed(Role.READER, ECO.code)
    assert not missed(Role.STEWARD, ECO.code)
    assert missed(Role.STEWARD, MARKET.code)
    assert missed(Role.AUDITOR, ECO.code)


def test_lineage_leads_to_no_unpublished_entry_of_others(ledger: Door) -> None:
    path = f"/v1/lineage/{FIRMS.name}"
    for role in OTHERS:
        down = ledger.get(path, role, ECO.code).json()["down"]
        assert (down["total"], down["datasets"], down["columns"], down["edges"]) == (0, [], [], [])
    own = ledger.get(path, Role.STEWARD, MARKET.code).json()["down"]
    assert [one["dataset"] for one in own["datasets"]] == [HIDDEN.name]


@pytest.fixture
def changed(ledger: Door) -> dict[str, str]:
    """A breaking change of the firms announced: organisation told → id of its announcement."""
    b = ledger.bureau
    broken = replace(FIRMS, fields=FIRMS.fields[:2])
    with writing(b.engine) as connection:
        entry = connection.execute(select(entries.c.id).where(entries.c.name == FIRMS.name)).scalar_one()
        announcing.announce(connection, [announcing.Step(entry, 1, 2, broken, ("capital goes",))], b.clock())
        found = announcing.announcements(connection)
    return {one.organisation: one.id for one in found if one.kind == announcing.GRANT}


def test_a_breaking_change_is_told_to_who_uses_the_data_and_to_who_provides_it(
    ledger: Door, changed: dict[str, str]
) -> None:
    def listed(role: Role, organisation: str) -> set[str]:
        answer = ledger.get("/v1/announcements", role, organisation)
        assert answer.status_code == 200
        return {one["id"] for one in answer.json()["announcements"]}

    (mine,) = changed.values()
    for role in OTHERS:
        assert listed(role, ECO.code) == set()
    assert listed(Role.CLIENT, DEPARTMENT["code"]) == {mine}
    assert mine in listed(Role.STEWARD, MARKET.code)
    assert mine in listed(Role.AUDITOR, ECO.code)


def test_nobody_takes_note_of_a_breaking_change_for_another(ledger: Door, changed: dict[str, str]) -> None:
    (mine,) = changed.values()
    at, code = f"/v1/announcements/{mine}/acknowledgement", DEPARTMENT["code"]
    for role, organisation in (
        (Role.STEWARD, ECO.code),
        (Role.STEWARD, MARKET.code),
        (Role.AUTHORITY, AUTHORITY),
    ):
        assert told(ledger.post(at, {"by": "x"}, role, organisation)) == (404, "not_found")
    assert told(ledger.post(at, {"by": "x"}, Role.READER, code)) == (403, "access.role")
    b = ledger.bureau
    with writing(b.engine) as connection:
        (held,) = (one for one in all_grants(connection) if one.grantee == code)
        bound = issue(connection, code, role=Role.CLIENT, by="x", days=9, now=b.clock(), grant_id=held.id)
    header = {"Authorization": f"Bearer {bound.secret}"}
    assert told(ledger.client.post(at, json={"by": "x"}, headers=header)) == (403, "grant.not_held")
    seen = ledger.client.get("/v1/announcements", headers=header).json()["announcements"]
    assert [one["id"] for one in seen] == [mine]
    done = ledger.post(at, {"by": "周敏"}, Role.CLIENT, code)
    assert (done.status_code, done.json()["acknowledged_by"]) == (200, "周敏")


def test_lists_of_sources_and_changes_name_the_entry_to_its_own_department(ledger: Door) -> None:
    for path in (
        "/v1/sources", "/v1/sources/conflicts", "/v1/sources/conflicts/k", "/v1/sources/permits",
        "/v1/sources/elements/sex",
        "/v1/lists/duties", "/v1/libraries/firms", "/v1/inventory/announcements",
    ):  # fmt: skip
        assert HIDDEN.name in ledger.get(path, Role.STEWARD, MARKET.code).text, path
        for role in OTHERS:
            assert HIDDEN.name not in ledger.get(path, role, ECO.code).text, (path, role)
