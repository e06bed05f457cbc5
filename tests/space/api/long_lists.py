"""Rows of two departments, mixed: what a reader of one sees stands between what it does not.

Decides nothing; every third row is the market department's, the others are the police's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select, update

from catalog import revisions
from catalog.classify.decision import field_digest
from catalog.evidence import record
from catalog.store.tables.authority import authority_claims
from catalog.store.tables.backflow import grassroots_bodies
from catalog.store.tables.cataloging import entry_announcements
from catalog.store.tables.classification import classification_decisions, merge_reviews
from catalog.store.tables.clocks import clocks
from catalog.store.tables.entitlements import entitlement_comparisons
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from catalog.store.tables.inventory import (
    demands,
    inventory_exclusions,
    inventory_matches,
    inventory_systems,
    inventory_tables,
)
from catalog.store.tables.ledger import entries
from catalog.store.tables.ledger import revisions as revision_rows
from catalog.store.tables.linking import link_probes, links
from catalog.store.tables.list_announcements import list_announcements
from catalog.store.tables.money import statements
from catalog.store.tables.opening import openings
from catalog.store.tables.operation import operation_agreements
from catalog.store.tables.organisations import organisation_spans, organisation_units
from catalog.store.tables.quality import rectification_cases
from catalog.store.tables.registration import registration_applications, registrations
from catalog.store.tables.releases import releases
from tests.space.api import space_lists
from tests.space.api.further_lists import Rows, further, grounds
from tests.space.api.space_lists import STREET
from tests.space.bureau import DEPARTMENT, NOON, OTHER, TODAY
from tests.space.bureau_contracts import MARKET, POLICE

_DAY: Final = timedelta(days=1)


def fill(connection: Connection, first: int, many: int) -> None:
    """Write so many rows of every list, numbered from the first."""
    evidence = record(connection, event="space:test:fill", subject="x", body={}, now=NOON)
    if first == 0:
        _grounds(connection, evidence)
    firms = connection.execute(select(entries).where(entries.c.name == "market.firms")).one()._asdict()
    stated = select(revision_rows).where(revision_rows.c.entry_id == firms["id"])
    revision = connection.execute(stated).first()._asdict()  # type: ignore[union-attr]
    digest = field_digest(revisions.current(connection, "market.firms").contract, "industry")
    release = connection.execute(select(releases.c.id).where(releases.c.dataset == "market.firms")).scalar()
    # Neither in the order of their keys nor all of one instant.
    for n in sorted(range(first, first + many), key=lambda n: (n * 7) % 11):
        owner = MARKET if n % 3 == 0 else POLICE
        whose = {"department": owner.name, "department_code": owner.code}
        at, put = NOON + timedelta(seconds=n // 4), _putting(connection)
        entry = {"id": f"ent_x{n:03d}", "name": f"x.e{n:03d}", "code": f"x{n:03d}", "state": "signed_off"}
        stands = {"state": "published", "published_revision": 1, "pending_state": "reviewed"} if n % 2 else {}
        put(entries, firms | whose | {"published_revision": None, "pending_state": None} | entry | stands)
        put(revision_rows, revision | {"id": f"rvn_x{n:03d}", "entry_id": entry["id"]})
        put(rectification_cases, _case(n, whose, at))
        put(clocks, _clock(n, owner.name, "" if n % 2 else owner.code, at))
        put(classification_decisions, _decision(n, digest, at))
        put(merge_reviews, _review(n, at))
        _inventory(put, n, evidence, at)
        space_lists.money(put, n, evidence, at)
        space_lists.forms(put, n, evidence, at)
        space_lists.challenged(put, n, release, owner.code, evidence, at)
        _opened(put, n, at)
        _told(put, n, entry["id"], at)
        _registered(put, n, owner.code, at)
        _tied(put, n, evidence, at)
        space_lists.compared(put, n, owner.name, owner.code, evidence, at)
        space_lists.tasks(put, n, evidence, at)
        further(Rows(connection, at, evidence), n, str(release), owner)


# Whose a row is: its table, the column of the name, and that of the code.
_OWNED: Final = (
    (entries, "department", "department_code"),
    (rectification_cases, "department", "department_code"),
    (clocks, "owner", "owner_code"),
    (inventory_systems, "department", "department_code"),
    (corrections, "department", "department_code"),
    (entitlement_comparisons, "department", "department_code"),
    (registrations, "registrant_name", "registrant_code"),
    (authority_claims, "department", "department_code"),
    (operation_agreements, "body_name", "body_code"),
)


def spread(connection: Connection, many: int) -> None:
    """Let what others than the market department have belong to so many departments, of the tree or not."""
    put = _putting(connection)
    known = set(connection.execute(select(organisation_units.c.code)).scalars())
    for k in range(0, many, 2):
        if f"d{k}" not in known:
            founded = {"code": f"d{k}", "valid_from": TODAY}
            unit = {"kind": "department", "basis": "x", "added_by": "x", "added_at": NOON}
            put(organisation_units, founded | unit)
            put(organisation_spans, founded | {"id": f"spn_{k}", "name": f"局{k}"})
    for table, name, code in _OWNED:
        c = table.c
        others = (c[name] != MARKET.name, c[code] != MARKET.code)
        rows = connection.execute(select(c.id, c[code]).where(*others).order_by(c.id)).all()
        for k, row in enumerate(rows):
            stated = f"d{k % many}" if row[1] else ""
            connection.execute(
                update(table).where(c.id == row.id).values({name: f"局{k % many}", code: stated})
            )


def _putting(connection: Connection) -> Any:
    def put(table: Table, values: dict[str, Any]) -> None:
        connection.execute(insert(table).values(**values))

    return put


def _grounds(connection: Connection, evidence: str) -> None:
    """What the rows of the lists hang on."""
    put = _putting(connection)
    grounds(Rows(connection, NOON, evidence))
    street = {"code": STREET, "name": "某街道", "kind": "grassroots", "registered_at": NOON}
    put(organisations, street)
    put(grassroots_bodies, {"code": STREET, "area": "990101001", "registered_at": NOON})
    for code in (DEPARTMENT["code"], OTHER["code"]):
        if (
            connection.execute(select(organisations.c.code).where(organisations.c.code == code)).first()
            is None
        ):
            put(organisations, street | {"code": code, "name": code, "kind": "operator"})
        put(
            statements,
            {
                "id": f"stm_{code}", "organisation": code, "month": "2026-08", "document": "{}",
                "digest": "0", "signature": "x", "total_fen": 1, "closed_by": "x", "closed_at": NOON,
                "evidence_id": evidence,
            },
        )  # fmt: skip
    # The police has one system that states no code: its name stands for it.
    for name, owner, code in (("户籍", POLICE, POLICE.code), ("登记", MARKET, ""), ("治安", POLICE, "")):
        put(
            inventory_systems,
            {
                "id": f"sys_{name}", "name": name, "code": "", "department": owner.name,
                "department_code": code, "address": "", "first_seen_at": NOON, "seen_at": NOON,
                "evidence_id": evidence,
            },
        )  # fmt: skip


def _case(n: int, whose: dict[str, str], at: Any) -> dict[str, Any]:
    return whose | {
        "id": f"rct_{n:03d}", "dataset": f"x.e{n:03d}", "rule": "r", "field": "industry", "cause": "missing",
        "urgency": "general", "state": "closed" if n % 4 == 3 else "open", "found": 1, "remaining": 1,
        "evaluated": 9, "first_seen_at": at, "last_seen_at": at, "opened_at": at,
        "due_on": TODAY - _DAY * (n % 3), "due_provisional": False, "due_rule": "rectification_general: 10",
        "rounds": 1, "build_id": "bld", "files": {},
    }  # fmt: skip


def _clock(n: int, owner: str, code: str, at: Any) -> dict[str, Any]:
    return {
        "id": f"clk_{n:03d}", "subject": f"thing:{n // 2}", "rule": "catalogue_review", "place": "national",
        "workdays": 5, "source": "x", "owner": owner, "owner_code": code, "words": "look",
        "received_on": TODAY, "due_on": TODAY, "provisional": False,
        "state": "done" if n % 4 == 3 else "running", "started_at": at,
    }  # fmt: skip


def _decision(n: int, digest: str, at: Any) -> dict[str, Any]:
    over = n in (2, 3, 6)  # taken on a field that is declared otherwise now
    return {
        "id": f"cls_{n:03d}", "dataset": f"x.e{n:03d}", "field": "industry", "kind": "*", "act": "raise",
        "state": "withdrawn" if n % 5 == 4 else "raised", "grade_before": 1, "grade": 3, "reason": "x",
        "basis": "", "field_digest": "other" if over else digest,
        "until": TODAY - _DAY if n % 7 == 1 else None, "made_by": "x", "made_as": "steward", "made_at": at,
    }  # fmt: skip


def _review(n: int, at: Any) -> dict[str, Any]:
    return {
        "id": f"mrg_{n:03d}", "dataset": f"x.e{n:03d}", "digest": str(n),
        "sources": {f"x.e{n:03d}": ["uscc"]}, "grade": 3, "state": "accepted" if n % 4 == 1 else "open",
        "opened_at": at,
    }  # fmt: skip


def _inventory(put: Any, n: int, evidence: str, at: Any) -> None:
    system = "登记" if n % 3 == 0 else ("户籍", "治安")[n % 2]
    table = f"tbl_{n:03d}"
    put(
        inventory_tables,
        {
            "id": table, "system_id": f"sys_{system}", "name": f"t{n:03d}", "kind": "table", "comment": "",
            "columns": [], "digest": "", "rows_how": "unknown", "first_seen_at": at, "seen_at": at,
        },
    )  # fmt: skip
    if n % 4 == 0:
        put(
            inventory_matches,
            {
                "id": f"mat_{n:03d}", "table_id": table, "dataset": "market.firms", "certain": False,
                "state": "confirmed" if n % 16 else "proposed", "score": 1, "why": "x", "made_at": at,
            },
        )  # fmt: skip
    if n % 4 in (1, 2):
        put(
            inventory_exclusions,
            {
                "id": f"exc_{n:03d}", "table_id": table, "reason": "temporary", "words": "", "basis": "",
                "review_on": TODAY - _DAY if n % 8 == 1 else None, "excluded_by": "x", "approved_by": "y",
                "excluded_at": at, "evidence_id": evidence,
            },
        )  # fmt: skip


def _told(put: Any, n: int, entry: str, at: Any) -> None:
    told = {"kind": "grant", "target": "g", "organisation": "x", "organisation_name": "x", "made_at": at}
    taken = {"acknowledged_by": "x" if n % 3 else None, "acknowledged_at": at if n % 3 else None}
    change = {"from_revision": 1, "to_revision": 2, "breaks": True, "reasons": [], "effects": []}
    put(entry_announcements, told | taken | change | {"id": f"ann_{n:03d}", "entry_id": entry})
    line = {"list": "demand", "act": "add", "subject": "x", "what": "x", "words": "x"}
    put(list_announcements, told | taken | line | {"id": f"lan_{n:03d}"})
    demand = {
        "id": f"dmd_{n:03d}", "state": "refused" if n % 3 else "raised",
        "demander": "x", "demander_code": "x", "what": "x", "task": "x", "basis": "x", "holder": "x",
        "holder_code": "", "place": "national",
        "timed": False, "added_by": "x", "added_at": at, "changed_at": at, "evidence_id": "x",
    }  # fmt: skip
    put(demands, demand)


def _registered(put: Any, n: int, code: str, at: Any) -> None:
    put(
        registrations,
        {
            "id": f"reg_{n:03d}", "object": "resource", "name": f"x.e{n:03d}", "title": "x",
            "registrant_name": "x", "registrant_code": code, "state": "pending", "created_at": at,
        },
    )  # fmt: skip
    for state in ("refused", "applied") if n % 2 else ("withdrawn",):
        put(
            registration_applications,
            {
                "id": f"rap_{n:03d}_{state}", "registration_id": f"reg_{n:03d}", "kind": "first",
                "office": "steward", "applicant_name": "x", "applicant_code": code, "form": "{}",
                "state": state, "filed_at": at, "filed_by": "x",
            },
        )  # fmt: skip


def _tied(put: Any, n: int, evidence: str, at: Any) -> None:
    put(
        links,
        {
            "id": f"lnk_{n:03d}", "dataset": f"x.e{n // 2:03d}", "kind": "release", "target": "x",
            "settings": {}, "digest": str(n), "tied_by": "x", "tied_at": at, "evidence_id": evidence,
            "removed_at": at if n % 5 == 1 else None,
        },
    )  # fmt: skip
    for tested in range(n % 3):
        put(
            link_probes,
            {
                "id": f"prb_{n:03d}_{tested}", "link_id": f"lnk_{n:03d}", "dataset": f"x.e{n // 2:03d}",
                "tested_at": at + timedelta(hours=tested), "alive": True, "why": f"test {tested}",
                "details": {}, "tested_by": "x", "evidence_id": evidence,
            },
        )  # fmt: skip


def _opened(put: Any, n: int, at: Any) -> None:
    put(
        openings,
        {
            "id": f"opn_{n:03d}", "dataset": f"x.e{n:03d}", "state": "proposed", "licence": "x",
            "method": "x", "effect_grade": 1, "reason": "x", "opened_at": at, "changed_at": at,
        },
    )  # fmt: skip
