"""Supplies read as what somebody owes: a supply that was permitted, and the proof that one was deleted.

Decides from which day on a granted supply is overdue (as the request it answers was permitted, under
the dated rule ``supply``) and who owes the deletion of one that ended. A grant that is asked for by a
method that hands rows over is owed until its first supply is ready.

Source: 政务数据共享条例 Arts 20–23; 个人信息保护法 Art 47.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks.owed import Owed
from catalog.clocks.place import places_by_day
from catalog.lineage.granted import terms_of
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.identity import organisations
from catalog.store.tables.ledger import entries
from catalog.store.tables.supplies import supplies
from policies import clocks as rules
from policies.rulebook import rule

# What a supply is called in the deadline rules.
_SUPPLY: Final = "supply"
_PROOF: Final = "supply_deletion"
_HANDED: Final = ("ready", "ended", "deleted")


def of_supplies(connection: Connection, on: date) -> Iterator[Owed]:
    """Supplies that are owed to departments, and deletions that are owed by them."""
    yield from _unsupplied(connection, on)
    s, o = supplies.c, organisations.c
    ended = select(s.id, s.receiver, s.dataset, s.proof_due_on, o.name).join(
        organisations, o.code == s.receiver
    )
    for row in connection.execute(ended.where(s.proof_due_on.is_not(None), s.proved_on.is_(None))):
        source = rules.deadline(_PROOF, on).source
        yield Owed(
            f"delete the supply of {row.dataset} and state it", f"supply:{row.id}", row.name, row.receiver,
            row.proof_due_on, False, _PROOF, source, dataset=row.dataset,
        )  # fmt: skip


def _unsupplied(connection: Connection, on: date) -> Iterator[Owed]:
    """Grants under a request for a file or a table of which nothing was handed over yet."""
    g, r, s = grants.c, requests.c, supplies.c
    methods = {*rule("supply", "method/file", on).value, *rule("supply", "method/table", on).value}
    handed = select(s.grant_id).where(s.state.in_(_HANDED))
    waiting = (
        select(g.id, g.agreement, r.statement, r.answered_at)
        .join(requests, r.id == g.request_id)
        .where(g.state == "in_force", g.kind == "sharing", g.id.not_in(handed))
        .order_by(g.signed_at, g.id)
    )
    place = places_by_day(connection)
    for row in connection.execute(waiting).all():
        if row.answered_at is None or (row.statement or {}).get("method") not in methods:
            continue
        terms = terms_of(row.agreement)
        if not {"list", "masked_list"} & {analysis.value for analysis in terms.analyses}:
            continue
        permitted = rules.local_date(row.answered_at)
        ruled = rules.deadline(_SUPPLY, permitted, place(permitted))
        due = rules.due(permitted, ruled.workdays, rules.calendar())
        e = entries.c
        names = [term.name for term in terms.datasets]
        owners = select(e.name, e.department, e.department_code).where(e.name.in_(names)).order_by(e.name)
        for owner in connection.execute(owners):
            yield Owed(
                f"hand over {owner.name}, as was permitted and signed", f"grant:{row.id}", owner.department,
                owner.department_code, due.date, due.provisional, ruled.name, ruled.source, ruled.workdays,
                dataset=owner.name,
            )  # fmt: skip
