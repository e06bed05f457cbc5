"""Records that were asked for through the gateway, and which of them a receipt opens to a challenge.

Decides that a receipt opens what its call was about and nothing else: of a 核验 the records it was answered
about and the fields it compared, of a list the rows and columns it handed out, each while the grant is in
force and opens them. Where the plan or the answer of a list is no longer kept, what the grant opens is all
that can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from sqlalchemy import Connection, select
from sqlglot import exp, parse_one

from catalog.home import Home
from catalog.keys import row_reference
from catalog.releases.published import Release
from catalog.releases.published import by_id as release_by_id
from catalog.store.tables.queries import receipts, reservations, usages
from contracts.model import Contract
from policies.decision import Deny, Reason
from policies.terms import Terms
from space import store
from space.calls import answers
from space.calls.budget import NOT_HELD, objection
from space.engines.one_row import given, left
from space.errors import Refused, Unknown
from space.granting.agreed import terms_of
from space.query.lists import vault
from space.query.reasons import SOFT
from space.query.reasons import Refused as QueryRefused
from space.wayback.backflow.authoritative import Found, NotInArea, Source, as_text
from space.wayback.corrections.spelling import typed_text
from space.wayback.recall.postings import of_rows
from space.wayback.recall.rows import VersionGone, names_of, row_at

if TYPE_CHECKING:
    from space.wayback.corrections.challenges import Challenge

# Products whose answers are about single records (`usages.product`).
_VERIFICATION: Final = "verification"
_RECORDS: Final = (_VERIFICATION, "list", "masked_list")


def record_of(
    home: Home, connection: Connection, found: Source, challenge: Challenge, secret: bytes
) -> tuple[Found, str]:
    """A record the asker was answered about, and the grant it asked under.

    Args:
        home: the installation.
        connection: a reading transaction.
        found: the dataset as published.
        challenge: as asked; its origin is a receipt.
        secret: the pseudonym key.

    Raises:
        Unknown: the asker holds no such receipt of this dataset.
        NotInArea: the record or the field was not in the answer.
        Refused: the record is not named by its key or by whom it is about, or the grant is not in force.
    """
    call, release = _call(connection, challenge)
    terms = _terms(connection, call.grant_id)
    contract = found.contract
    opened = next((one.columns for one in terms.datasets if one.name == challenge.dataset), ())
    if challenge.field not in opened:
        raise NotInArea(challenge.dataset)
    cells = {name: typed_text(contract, name, text) for name, text in challenge.record.items()}
    _refuse_unnamed(contract, frozenset(cells))
    rows = row_at(home, found.release, cells)
    if rows.num_rows != 1 or None in cells.values() or not _opens(contract, release, terms, rows):
        raise NotInArea(challenge.dataset)
    row = only(contract, rows, secret)
    if call.product == _VERIFICATION:
        was_in = _compared(connection, call, contract, row, challenge, secret)
    else:
        was_in = _listed(home, call, release, row, challenge.field)
    if not was_in:
        raise NotInArea(challenge.dataset)
    return row, call.grant_id


def only(contract: Contract, rows: pa.Table, secret: bytes) -> Found:
    """The one row of a table, with its reference.

    Raises:
        NotInArea: there is none.
    """
    if not rows.num_rows:
        raise NotInArea(contract.name)
    row = rows.to_pylist()[0]
    key = {name: row[name] for name in contract.key}
    return Found(row_reference(secret, contract.name, key), key, row)


def _call(connection: Connection, challenge: Challenge) -> tuple[Any, Release]:
    """The call behind a receipt of the asker's, and the release of the dataset it read."""
    r, u, v = receipts.c, usages.c, reservations.c
    columns = (u.grant_id, u.product, u.evidence_id, u.reservation_id, v.releases, v.answer_sha256)
    query = (
        select(*columns)
        .join(usages, u.id == r.usage_id)
        .join(reservations, v.id == u.reservation_id)
        .where(r.id == challenge.origin, r.organisation == challenge.asker, u.product.in_(_RECORDS))
    )
    call = connection.execute(query).first()
    read = [] if call is None else [release_by_id(connection, each) for each in call.releases]
    release = next((one for one in read if one.dataset == challenge.dataset), None)
    if call is None or release is None:
        raise Unknown("receipt", challenge.origin, "name that of a 核验 or list of yours of this dataset")
    return call, release


def _terms(connection: Connection, grant_id: str) -> Terms:
    """What a grant opens while it stands; its days are counted when the challenge is sent."""
    grant = store.grant_row(connection, grant_id)
    why = NOT_HELD if grant is None else objection(grant, grant.valid_from, calls=0)
    if grant is None or why is not None:
        raise Refused(Deny((why or NOT_HELD,)))
    return terms_of(grant.agreement)


def _opens(contract: Contract, release: Release, terms: Terms, rows: pa.Table) -> bool:
    """Whether the row filter of the grant leaves a row."""
    try:
        seen = vault.rows(contract, release.facts, terms)
    except QueryRefused:
        return False
    return left(seen, {contract.name: rows}) > 0


def _compared(
    connection: Connection, call: Any, contract: Contract, row: Found, challenge: Challenge, secret: bytes
) -> bool:
    """Whether a 核验 was answered about the record, and named the field."""
    return any(
        one.posting.kind == "verification"
        and (one.posting.receiver, one.posting.evidence) == (challenge.asker, call.evidence_id)
        and challenge.field in one.posting.items
        for one in of_rows(connection, contract.name, names_of(contract, row.values, secret))
    )


def _listed(home: Home, call: Any, release: Release, row: Found, field: str) -> bool:
    """Whether a list handed the record out, with the field, as far as plan and answer are kept."""
    plan = answers.plan_of(home, call.reservation_id)
    if plan is None:
        return True
    sql, shown = _select(plan)
    if field not in shown:
        return False
    try:
        then = row_at(home, release, {name: as_text(value) for name, value in row.key.items()})
    except VersionGone:
        return True
    made = given(sql, {release.dataset: then}).to_pylist() if then.num_rows else []
    try:
        answer = answers.fetch(home, call.reservation_id, call.answer_sha256).to_pylist()
    except answers.AnswerDamaged:
        return bool(made)
    return any(one in answer for one in made)


def _select(plan: dict[str, Any]) -> tuple[str, frozenset[str]]:
    """What was run for a list, without its bounds, and the fields it shows."""
    (block,) = plan["blocks"]
    tree = parse_one(block["plain_sql"], dialect="duckdb")
    shown = {c.name.removeprefix(SOFT) for item in tree.expressions for c in item.find_all(exp.Column)}
    for bound in ("limit", "offset", "order"):
        tree.set(bound, None)
    return tree.sql(dialect="duckdb"), frozenset(shown)


def _refuse_unnamed(contract: Contract, named: frozenset[str]) -> None:
    units = {f.name for f in contract.fields if f.unit is not None and f.unit.about}
    if named == frozenset(contract.key) or (len(named) == 1 and named <= units):
        return
    reason = Reason(
        "correction.record",
        "the record is not named",
        "record",
        "give its whole primary key, or the identifier of the unit it is about",
    )
    raise Refused(Deny((reason,)))
