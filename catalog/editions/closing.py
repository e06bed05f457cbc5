"""Editions 账期版本: the whole ledger as others may see it, at the close of a period, signed.

Decides what an edition holds and how its digest is made. An edition is Delta tables under
``lake/ledger``, each named by its version, and one digest over their content: the public view
(:mod:`catalog.statistics`), how the period balances (:mod:`catalog.editions.balancing`), and what reads
differently than in the last edition of an earlier period.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, Engine, Row, func, insert, select

from catalog import evidence
from catalog.editions import balancing
from catalog.editions.difference import difference
from catalog.editions.tables import SCHEMAS, content_of
from catalog.errors import CatalogError
from catalog.home import Home
from catalog.keys import Keys, Ring
from catalog.keys.encoding import NotCanonical, of_base64
from catalog.keys.succession import key_to_sign
from catalog.releases.delta import VersionTaken
from catalog.releases.published import read_ledger_table, write_ledger_table
from catalog.store import reading, writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.ledger import editions
from contracts.canonical import canonical
from policies.clocks import local_date

PERIOD: Final = re.compile(r"^[12]\d{3}-(0[1-9]|1[0-2])$")
# What the signature is over, before period, number and digest: no other signature of ours reads so.
_PREFIX: Final = "ybz edition"
# How often a table is written that another close took the version of.
_ATTEMPTS: Final = 20


class EditionError(CatalogError):
    """An edition that cannot be closed or found."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A closed edition.

    Attributes:
        id: of the row.
        period: ``YYYY-MM``.
        number: 1, 2, … within the period; a later one replaces the former, which stays.
        closed_at: instant.
        digest: SHA-256 over the content, hexadecimal.
        signature: of the installation's key, base64.
        versions: ledger table → Delta version.
    """

    id: str
    period: str
    number: int
    closed_at: datetime
    digest: str
    signature: str
    versions: Mapping[str, int]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self) | {"closed_at": self.closed_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an edition still is what was signed.

    Attributes:
        ok: digest and signature hold.
        digest: re-derived from the Delta tables.
        problem: what does not hold; empty where all does.
    """

    ok: bool
    digest: str
    problem: str = ""


def close(home: Home, engine: Engine, period: str, *, keys: Keys, by: str, now: datetime) -> Edition:
    """Close a period: write the tables, sign their digest, record both.

    Args:
        home: the installation.
        engine: its store.
        period: ``YYYY-MM``.
        keys: its keys; the signer signs, the other key hides content hashes.
        by: who closes it.
        now: aware instant.

    Raises:
        EditionError: the period is not a month or is yet to come, nothing is published, or the period
            does not balance where the rules ask for that.
    """
    first_day(period)
    if period > f"{local_date(now):%Y-%m}":
        raise EditionError(f"{period} is yet to come — close it when it is over, or while it runs")
    with reading(engine) as connection:
        content = content_of(connection, keys, now)
        if not content["datasets"]:
            raise EditionError("nothing is published yet — run `ybz catalog` first")
        content |= balancing.rows(connection, period, now)
        former = before(connection, period)
    tables = {name: pa.Table.from_pylist(rows, schema=SCHEMAS[name]) for name, rows in content.items()}
    changed = difference({} if former is None else tables_of(home, former), tables)
    changes = [asdict(change) for change in changed.changes]
    tables["changes"] = pa.Table.from_pylist(changes, schema=SCHEMAS["changes"])
    digest = digest_of(tables)
    versions = {name: _written(home, name, table) for name, table in tables.items()}
    with writing(engine) as connection:
        number = 1 + (
            connection.execute(
                select(func.max(editions.c.number)).where(editions.c.period == period)
            ).scalar_one()
            or 0
        )
        key = key_to_sign(connection, keys.signer, now)
        signature = base64.b64encode(key.sign(_signed_text(period, number, digest))).decode()
        edition = Edition(new_id("edn"), period, number, now, digest, signature, versions)
        connection.execute(insert(editions).values(**asdict(edition)))
        body = {
            "period": period, "number": number, "digest": digest, "versions": versions,
            "key_id": key.key_id, "actor": by,
        }  # fmt: skip
        evidence.record(connection, event="catalog:edition:close", subject=edition.id, body=body, now=now)
    return edition


def _written(home: Home, name: str, table: pa.Table) -> int:
    """The version a table was written as; two who close at once write after each other.

    Versions a close that was killed left behind are named by no edition and harm none.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return write_ledger_table(home, name, table)
        except VersionTaken:
            continue
    return write_ledger_table(home, name, table)


def find(connection: Connection, period: str, number: int | None = None) -> Edition:
    """An edition of a period; the latest where no number is given.

    Raises:
        EditionError: there is none.
    """
    query = select(editions).where(editions.c.period == period).order_by(editions.c.number.desc())
    if number is not None:
        query = query.where(editions.c.number == number)
    row = connection.execute(query.limit(1)).one_or_none()
    if row is None:
        raise EditionError(f"no edition of {period} is closed — close it first")
    return _edition(row)


def all_closed(connection: Connection, part: Part | None = None) -> tuple[Edition, ...]:
    """Every edition, the first period first; a part by period and number."""
    query = parted(select(editions), part, editions.c.period, editions.c.number)
    return tuple(_edition(row) for row in connection.execute(query))


def before(connection: Connection, period: str) -> Edition | None:
    """The latest edition of the last period before ``period`` that was closed, or None."""
    query = select(editions).where(editions.c.period < period)
    row = connection.execute(query.order_by(editions.c.period.desc(), editions.c.number.desc()).limit(1))
    found = row.one_or_none()
    return None if found is None else _edition(found)


def tables_of(home: Home, edition: Edition) -> dict[str, pa.Table]:
    """Every table of an edition, by the versions it names."""
    return {name: read(home, edition, name) for name in edition.versions}


def first_day(period: str) -> date:
    """The first day of a period.

    Raises:
        EditionError: it is not a month.
    """
    if not PERIOD.match(period):
        raise EditionError(f"{period!r} is not a period — write it as YYYY-MM")
    return date.fromisoformat(f"{period}-01")


def read(home: Home, edition: Edition, table: str) -> pa.Table:
    """One table of an edition, by the version it names.

    Raises:
        EditionError: editions hold no such table.
    """
    if table not in edition.versions:
        raise EditionError(f"an edition has no table {table} — it has {', '.join(edition.versions)}")
    return read_ledger_table(home, table, edition.versions[table])


def verify(home: Home, edition: Edition, public: bytes | Ring) -> Verdict:
    """Re-derive the digest of an edition from its tables and check the signature.

    Args:
        home: the installation.
        edition: to check.
        public: the signing key's public half, or every key the installation signed with.
    """
    derived = digest_of(tables_of(home, edition))
    if derived != edition.digest:
        return Verdict(False, derived, "the tables are not what was signed")
    message = _signed_text(edition.period, edition.number, edition.digest)
    try:
        signature = of_base64(edition.signature)
    except NotCanonical:
        signature = b""
    if not Ring.around(public).signed(message, signature):
        return Verdict(False, derived, "the signature is not of this installation's key")
    return Verdict(True, derived)


def digest_of(tables: Mapping[str, pa.Table]) -> str:
    """SHA-256 over the canonical JSON of every row, table by table, rows in canonical order."""
    total = hashlib.sha256()
    # Editions of before hold fewer tables, with columns of their own.
    for name in (name for name in SCHEMAS if name in tables):
        total.update(canonical({"table": name, "columns": tables[name].column_names}) + b"\n")
        for line in sorted(canonical(row) for row in tables[name].to_pylist()):
            total.update(line + b"\n")
    return total.hexdigest()


def _signed_text(period: str, number: int, digest: str) -> bytes:
    return f"{_PREFIX}\n{period}\n{number}\n{digest}\n".encode()


def _edition(row: Row[Any]) -> Edition:
    return Edition(**row._mapping)
