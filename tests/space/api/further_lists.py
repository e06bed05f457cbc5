"""Rows of lists that are one line each; see :mod:`tests.space.api.long_lists`.

Decides what stands in a column a list does not read: anything of its kind.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import JSON, BigInteger, Boolean, Connection, Date, Integer, Table, insert, select

from catalog.keys.parties import Algorithm
from catalog.store.schema import Instant
from catalog.store.tables.audits import standing_queries
from catalog.store.tables.authority import (
    authority_cases,
    authority_claims,
    authority_permits,
    authority_terms,
)
from catalog.store.tables.backflow import deliveries, notices, subscriptions
from catalog.store.tables.evaluation import result_bonds
from catalog.store.tables.evidence import evidence_anchors
from catalog.store.tables.grants import grants
from catalog.store.tables.grassroots import stand_ins
from catalog.store.tables.inbox import inbox_tasks
from catalog.store.tables.keys import party_keys
from catalog.store.tables.ledger import editions
from catalog.store.tables.libraries import libraries, library_members
from catalog.store.tables.linking import probe_destinations
from catalog.store.tables.money import statements
from catalog.store.tables.notices import duty_turns
from catalog.store.tables.operation import (
    operation_agreements,
    operation_disclosures,
    operation_listed,
    operation_scenario_items,
    operation_scenarios,
    operation_versions,
)
from catalog.store.tables.organisations import (
    division_codes,
    organisation_events,
    organisation_handovers,
)
from catalog.store.tables.places import place_lists
from catalog.store.tables.registration import registration_registrars
from catalog.store.tables.releases import leases
from catalog.store.tables.requesting import approval_chains, approval_delegations
from catalog.store.tables.standards import own_standards
from catalog.store.tables.supplies import exchange_databases, stop_datasets, stops
from catalog.store.tables.watch import incident_notices, incidents
from catalog.store.tables.webhooks import webhooks
from catalog.store.tables.workspaces import workspace_texts
from tests.space.api.space_lists import STREET
from tests.space.bureau import DEPARTMENT, OTHER, TODAY
from tests.space.bureau_contracts import MARKET, POLICE

INCIDENT: Final = "inc_long"
_DAY: Final = timedelta(days=1)
_PEM: Final = (
    Ed25519PrivateKey.generate()
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


class Rows:
    """Writes rows of one instant.

    Attributes:
        connection: a writing transaction.
        at: the instant.
        evidence: id of the entry they name.
    """

    def __init__(self, connection: Connection, at: datetime, evidence: str) -> None:
        self.connection, self.at, self.evidence = connection, at, evidence

    def put(self, table: Table, **given: Any) -> None:
        """A row that says what is given, and anything elsewhere."""
        needed = (c for c in table.columns if not c.nullable and c.autoincrement is not True)
        self.connection.execute(insert(table).values({c.name: self._any(c) for c in needed} | given))

    def _any(self, column: Any) -> Any:
        kinds: tuple[tuple[Any, Any], ...] = (
            (Boolean, False), (Integer, 1), (BigInteger, 1), (Instant, self.at), (Date, TODAY), (JSON, []),
        )  # fmt: skip
        if column.name == "evidence_id":
            return self.evidence
        return next((value for kind, value in kinds if isinstance(column.type, kind)), "x")


def grounds(rows: Rows) -> None:
    """What the rows hang on."""
    rows.put(incidents, id=INCIDENT, kind="leak", severity="serious", state="opened")


def further(rows: Rows, n: int, release: str, whose: Any) -> None:
    """A row of each list.

    Args:
        rows: writes them.
        n: number of the row; every third is the reader's own.
        release: id of a release there is.
        whose: department of entry ``n``.
    """
    _of_items(rows, n)
    _of_agreements(rows, n)
    _of_the_way_back(rows, n, release)
    _of_the_authority(rows, n, whose)
    _of_the_space(rows, n)
    _of_grants(rows, n)


def mine(n: int) -> str:
    """The department, or another organisation."""
    return str((DEPARTMENT if n % 3 == 0 else OTHER)["code"])


def _of_items(rows: Rows, n: int) -> None:
    item = {"element": f"el{n:03d}", "subject": "enterprise", "dataset": f"x.e{n:03d}", "field": "industry"}
    rows.put(authority_terms, id=f"ath_{n:03d}", **item)
    rows.put(authority_claims, id=f"acl_{n:03d}", **item, state="authoritative")
    another = item | {"dataset": f"x.e{max(n - 1, 0):03d}", "field": "name"}
    rows.put(authority_claims, id=f"acl_{n:03d}_2", **another, state="contested")
    key = {name: item[name] for name in ("element", "subject")}
    ended = {"decided_at": rows.at, "decided_for": ""} if n % 4 == 3 else {}
    rows.put(authority_cases, id=f"cas_{n:03d}", number=1, **key, **ended)
    rows.put(
        authority_permits, id=f"cpy_{n:03d}", reader=f"x.e{n:03d}.industry", reads=f"x.e{n // 2:03d}.name"
    )


def _of_agreements(rows: Rows, n: int) -> None:
    agreement, scenario = f"agr_{n:03d}", f"scn_{n:03d}"
    rows.put(
        operation_agreements, id=agreement, number=f"A-{n:03d}", body_code=MARKET.code, operator_code=mine(n),
        version=n % 3,
    )  # fmt: skip
    for version in range(1, max(n % 3, 1) + 1):
        rows.put(
            operation_versions, agreement_id=agreement, version=version, document=json.dumps({"no": n}),
            state="signed",
        )  # fmt: skip
        rows.put(operation_listed, agreement_id=agreement, version=version, dataset="market.firms")
    rows.put(operation_scenarios, id=scenario, agreement_id=agreement, title="x", risk={})
    rows.put(operation_scenario_items, scenario_id=scenario, dataset="market.firms", field="industry")
    for made in (1, 2):  # the second takes the place of the first
        party = {"party": {"name": "x"}}
        rows.put(
            operation_disclosures, id=f"dsc_{n:03d}_{made}", year=2000 + n // 2, role="operator",
            code=f"o{n % 2}", document=json.dumps(party), made_at=rows.at + _DAY * made,
        )  # fmt: skip


def _of_the_way_back(rows: Rows, n: int, release: str) -> None:
    subscription = f"sub_{n:03d}"
    rows.put(
        subscriptions, id=subscription, subscriber=STREET, dataset=f"x.e{n:03d}", area="990101001",
        fields=["industry"], state="active",
    )  # fmt: skip
    rows.put(
        deliveries, id=f"dlv_{n:03d}", subscription_id=subscription, release_id=release,
        dataset=f"x.e{n:03d}", area="990101001", since_release_id="", changed=0, removed=0, total=3,
    )  # fmt: skip
    rows.put(stand_ins, id=f"sti_{n:03d}", body=STREET, first_on=TODAY - _DAY * (n % 3))
    for task in (1, 2):
        state = "done" if task == 2 and n % 4 == 3 else "open"
        rows.put(inbox_tasks, id=f"itk_{n:03d}_{task}", body=STREET, state=state)


def _of_the_authority(rows: Rows, n: int, whose: Any) -> None:
    rows.put(division_codes, code=f"9{n // 2:05d}", valid_from=date(2000 + n % 2, 1, 1))
    event = f"evt_{n:03d}"
    rows.put(organisation_events, id=event, kind="merge", effective_on=TODAY)
    code = {MARKET.code: POLICE.code, POLICE.code: MARKET.code}[whose.code]
    rows.put(
        organisation_handovers, event_id=event, dataset=f"x.e{n:03d}", from_code=whose.code, to_code=code
    )
    rows.put(place_lists, id=f"pls_{n:03d}", kind="names")
    rows.put(editions, id=f"edt_{n:03d}", period=f"{1900 + n // 2}-01", number=n % 2 + 1, versions={})
    element = {"code": f"own.e{n // 2:03d}", "name": "x", "definition": "x", "type": "string"}
    rows.put(
        own_standards, id=f"std_{n:03d}", code=element["code"], number=n % 2 + 1, element=json.dumps(element),
        state="proposed",
    )  # fmt: skip
    rows.put(registration_registrars, id=f"rgr_{n:03d}", code=f"r{n % 3}")
    library = f"lib_{n:03d}"
    rows.put(libraries, id=library, name=f"l{n:03d}", kind=("basic", "theme")[n % 2], state="open")
    for member in range(n % 3):
        rows.put(library_members, id=f"{library}_{member}", library_id=library, dataset=f"x.e{member:03d}")
    rows.put(probe_destinations, id=f"dst_{n:03d}", kind=("host", "folder")[n % 2], value=f"v{n:03d}")
    rows.put(
        result_bonds, id=f"bnd_{n:03d}", subject_kind="grant", target="1", direction="higher",
        period_kind="year",
    )  # fmt: skip


def _of_the_space(rows: Rows, n: int) -> None:
    rows.put(exchange_databases, id=f"exc_{n:03d}", organisation=mine(n), name=f"x{n:03d}")
    rows.put(statements, id=f"stm_{n:03d}", organisation=mine(n), month=f"{1800 + n}-01")
    stop = f"stp_{n:03d}"
    rows.put(stops, id=stop, kind="dataset", name=f"x.e{n:03d}")
    for closed in range(n % 3):
        rows.put(stop_datasets, stop_id=stop, dataset=f"x.e{closed:03d}")
    rows.put(duty_turns, id=f"dut_{n:03d}", first_day=TODAY - _DAY * (n % 3), address="a@x.example")
    rows.put(
        incident_notices, id=f"ino_{n:03d}", incident_id=INCIDENT, rule=f"r{n % 2}", addressee=f"a{n:03d}",
        state="draft",
    )  # fmt: skip
    rows.put(party_keys, key_id=f"k{n:03d}", algorithm=Algorithm.ED25519.value, public_pem=_PEM)
    rows.put(leases, dataset=f"x.e{n:03d}", holder="elsewhere:1:1:x", expires_at=rows.at, fence=n)
    rows.put(webhooks, id=f"whk_{n:03d}", organisation=mine(n), events=["supply.ready"])
    rows.put(evidence_anchors, id=f"anc_{n:03d}", size=n // 2)
    rows.put(approval_chains, id=f"chn_{n:03d}", dataset=f"x.e{n // 2:03d}", number=n % 2 + 1)
    whose = MARKET.code if n % 3 == 0 else POLICE.code
    rows.put(approval_delegations, id=f"dlg_{n:03d}", organisation=whose)


def _of_grants(rows: Rows, n: int) -> None:
    held = held_by(rows.connection, mine(n))
    rows.put(standing_queries, id=f"stq_{n:03d}", grant_id=held, sql="SELECT 1", state="in_force")
    first = held_by(rows.connection, mine(0))
    rows.put(workspace_texts, id=f"wtx_{n:03d}", grant_id=first, kind="view", name=f"v{n:03d}")
    subject = (first, f"stq_{n:03d}", "another")[n % 3]
    rows.put(notices, id=f"not_{n:03d}", organisation=mine(0), subject=subject)


def held_by(connection: Connection, organisation: str) -> str:
    """The first grant of an organisation; of whoever has one where it has none."""
    g = grants.c
    found = connection.execute(select(g.id).where(g.grantee == organisation).order_by(g.id)).first()
    known = found or connection.execute(select(g.id).order_by(g.id)).first()
    assert known is not None
    return str(known.id)
