"""Authorised-operation agreements 授权运营协议 as they stand, and reading the paper they are drafted from.

Decides what an agreement states at least, with everything that is lacking at once. Steps are
:mod:`space.operation.agreeing`'s, supplements :mod:`space.operation.supplements`'s.

Source: 发改数据规〔2025〕27号; ``policies/rules/operation.yaml``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from catalog import revisions
from catalog.clocks.place import place_on
from catalog.errors import UnknownDataset
from catalog.revisions import PUBLISHED
from catalog.store.parts import Part, parted
from catalog.store.tables.operation import operation_agreements, operation_steps
from policies import operation as rules
from policies.decision import Reason
from policies.purpose import purposes
from policies.rulebook import rule
from space.errors import SpaceError, Unknown
from space.operation import standing


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement as it stands.

    Attributes:
        id, number: its id, and its number as the parties write it 协议编号.
        body_code, body_name, operator_code, operator_name: its parties.
        mode: ``whole``, ``field`` or ``scenario``.
        starts_on, ends_on: first and last day.
        state: of ``procedures/agreement.csv``.
        version: newest signed; 0 before the first signature.
        ended_on, end_reason: where it ended.
        stated: what its newest version says; before the first signature, what its draft says.
        listed: dataset → revision, of that version.
        versions: number, state, reason, digest and signatories of each.
    """

    id: str
    number: str
    body_code: str
    body_name: str
    operator_code: str
    operator_name: str
    mode: str
    starts_on: date
    ends_on: date
    state: str
    version: int
    drafted_at: datetime
    signed_at: datetime | None
    ended_on: date | None
    end_reason: str | None
    stated: Mapping[str, Any]
    listed: Mapping[str, int]
    versions: tuple[Mapping[str, Any], ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        days = ("starts_on", "ends_on", "drafted_at", "signed_at", "ended_on")
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in days}
        told = {name: None if (day := getattr(self, name)) is None else day.isoformat() for name in days}
        return {**plain, **told, "listed": dict(self.listed), "versions": [dict(v) for v in self.versions]}


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a paper states, read.

    Attributes:
        number: of the agreement.
        body, operator: code and name of the parties.
        mode: see ``policies/rules/operation.yaml``.
        starts_on, ends_on: first and last day.
        listed: dataset → revision.
        document: the whole, as it is signed.
    """

    number: str
    body: tuple[str, str]
    operator: tuple[str, str]
    mode: str
    starts_on: date
    ends_on: date
    listed: Mapping[str, int]
    document: Mapping[str, Any]


class AgreementUnreadable(SpaceError):
    """A paper that is no agreement: it lacks its number, its parties or its days."""


def read(document: Mapping[str, Any], current: Mapping[str, int]) -> Drafted:
    """Read a paper; what it lacks in substance is :func:`faults`'s.

    Args:
        document: number, body {code, name, person}, operator {code, name, person}, mode, starts_on, ends_on,
            catalogue [{dataset, revision}], purposes, products, clauses.
        current: dataset → revision in force, for entries listed without one.

    Raises:
        AgreementUnreadable: number, parties or days are not there.
    """
    try:
        parties = {role: document[role] for role in ("body", "operator")}
        named = {role: (str(p["code"]).strip(), str(p["name"]).strip()) for role, p in parties.items()}
        days = [_day(document[key]) for key in ("starts_on", "ends_on")]
        number = str(document["number"]).strip()
    except (KeyError, TypeError, ValueError):
        number = ""
    if not number or not all(code and name for code, name in named.values()):
        raise AgreementUnreadable(
            "an agreement names its number, body {code, name, person}, operator {code, name, person},"
            " starts_on and ends_on as YYYY-MM-DD"
        )
    listed = _listed(document.get("catalogue"), current)
    kept: dict[str, Any] = {
        "number": number,
        "body": {
            **dict(zip(("code", "name"), named["body"], strict=True)),
            "person": _text(parties["body"], "person"),
        },
        "operator": {
            **dict(zip(("code", "name"), named["operator"], strict=True)),
            "person": _text(parties["operator"], "person"),
        },
        "mode": str(document.get("mode") or ""),
        "starts_on": days[0].isoformat(),
        "ends_on": days[1].isoformat(),
        "catalogue": [{"dataset": name, "revision": at} for name, at in sorted(listed.items())],
        "purposes": sorted({str(code) for code in document.get("purposes") or ()}),
        "products": list(document.get("products") or ()),
        "clauses": {str(key): str(text) for key, text in dict(document.get("clauses") or {}).items()},
    }
    return Drafted(number, named["body"], named["operator"], kept["mode"], days[0], days[1], listed, kept)


def listed_now(connection: Connection, catalogue: Any) -> dict[str, int]:
    """Dataset → revision in force of the published entries a list names."""
    names = [str(_of(each, "dataset")) for each in catalogue or ()] if isinstance(catalogue, Sequence) else []
    found = revisions.called(connection, names)
    return {name: made.number for name, made in found.items() if made.state == PUBLISHED}


def faults(connection: Connection, drafted: Drafted, on: date) -> Iterator[Reason]:
    """Everything an agreement lacks or states wrongly, at once."""
    place, document = place_on(connection, on), drafted.document
    latest = rules.longest_end(drafted.starts_on, on, place)
    if not drafted.starts_on <= drafted.ends_on <= latest:
        yield Reason(
            "agreement.term",
            "the agreement ends before it begins, or lasts too long",
            "ends_on",
            f"{latest} at the latest",
        )
    if drafted.body[0] == drafted.operator[0]:
        yield Reason(
            "agreement.parties", "the implementing body does not authorise itself", "operator", "two bodies"
        )
    modes = rule(rules.FILE, "modes", on, place).value
    if drafted.mode not in modes:
        yield Reason(
            "agreement.mode", "the mode is not in the vocabulary", "mode", f"one of {', '.join(modes)}"
        )
    for role in ("body", "operator"):
        if not document[role]["person"]:
            yield _lack(f"{role}: person", "谁管理谁负责、谁使用谁负责 the person in charge")
    unknown = sorted(set(document["purposes"]) - set(purposes(on)))
    if unknown or not document["purposes"]:
        yield _lack("purposes", f"用途 one or more of {', '.join(purposes(on))}")
    for key, words in rules.lacking_products(document["products"], on, place):
        yield _lack(key, words)
    for key, words in rules.lacking_clauses(document["clauses"], on, place):
        yield _lack(f"clauses: {key}", words)
    yield from list_faults(connection, drafted.listed)


def list_faults(connection: Connection, listed: Mapping[str, int]) -> Iterator[Reason]:
    """Entries of a catalogue list that are not there, or not in that revision, and items nobody may have."""
    if not listed:
        yield _lack("catalogue", "授权数据目录清单 at least one entry")
    for name, at in sorted(listed.items()):
        try:
            made = revisions.number(connection, name, at)
        except UnknownDataset:
            made = None
        if made is None or made.state != PUBLISHED:
            yield Reason(
                "agreement.catalogue",
                "the catalogue list names what is not published in that revision",
                f"{name} revision {at}",
                "`ybz show` lists the entries, `ybz diff` their revisions",
            )


def called(connection: Connection, number: str) -> Agreement:
    """The agreement of a number.

    Raises:
        Unknown: there is none.
    """
    a = operation_agreements.c
    row = connection.execute(select(operation_agreements).where(a.number == number)).first()
    if row is None:
        raise Unknown("agreement", number, "`ybz agreement list` shows them")
    return from_row(connection, row)


def all_agreements(
    connection: Connection, party: str | None = None, part: Part | None = None
) -> tuple[Agreement, ...]:
    """Every agreement, the oldest first; of one party where given, a part by number."""
    a, wanted = operation_agreements.c, select(operation_agreements)
    if party is not None:
        wanted = wanted.where(or_(a.body_code == party, a.operator_code == party))
    key = (a.drafted_at, a.number) if part is None else (a.number,)
    return _from_rows(connection, connection.execute(parted(wanted, part, *key)).all())


def from_row(connection: Connection, row: Row[Any]) -> Agreement:
    """The agreement a row of the store holds, with its versions."""
    return _from_rows(connection, [row])[0]


def _from_rows(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Agreement, ...]:
    ids = [row.id for row in rows]
    made, listed = standing.versions_of(connection, ids), standing.lists_of(connection, ids)
    return tuple(_agreement(row, made[row.id], listed) for row in rows)


def _agreement(
    row: Row[Any], made: Sequence[Row[Any]], listed: Mapping[tuple[str, int], Mapping[str, int]]
) -> Agreement:
    shown = max(row.version, 1)
    versions = tuple(
        {
            "version": each.version, "state": each.state, "reason": each.reason, "digest": each.digest,
            "body_person": each.body_person, "operator_person": each.operator_person,
            "signature": each.signature,
        }
        for each in made
    )  # fmt: skip
    kept = {name: row._mapping[name] for name in Agreement.__dataclass_fields__ if name in row._mapping}
    stated = next(each.document for each in made if each.version == shown)
    return Agreement(
        **kept, stated=json.loads(stated), listed=listed.get((row.id, shown), {}), versions=versions
    )


def steps_of(connection: Connection, subject: str) -> tuple[dict[str, Any], ...]:
    """Every step of an agreement or a scenario, the first one first."""
    s = operation_steps.c
    rows = connection.execute(select(operation_steps).where(s.subject == subject).order_by(s.number)).all()
    return tuple({**row._mapping, "made_at": row.made_at.isoformat()} for row in rows)


def _lack(where: str, words: str) -> Reason:
    return Reason("agreement.lacks", "the agreement lacks something it holds at least", where, words)


def _listed(catalogue: Any, current: Mapping[str, int]) -> dict[str, int]:
    listed: dict[str, int] = {}
    for each in catalogue if isinstance(catalogue, Sequence) and not isinstance(catalogue, str) else ():
        name = str(_of(each, "dataset"))
        stated = _of(each, "revision") if isinstance(each, Mapping) else None
        listed[name] = revision_of(stated, current.get(name, 0))
    return listed


def revision_of(stated: Any, current: int) -> int:
    """The revision a list states, or the one in force."""
    return int(str(stated)) if str(stated or "").isdigit() else current


def _of(each: Any, key: str) -> Any:
    return each.get(key) if isinstance(each, Mapping) else each


def _text(party: Any, key: str) -> str:
    return str(party.get(key) or "").strip() if isinstance(party, Mapping) else ""


def _day(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(str(value))
