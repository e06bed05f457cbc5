"""Identifiers of the data infrastructure 数据基础设施标识: the second scheme of numbering.

Decides the stem of an identifier (``Area+Org/Type+Serial``) and whether one that came from outside fits
it. The two check characters are given by the node that registers the thing: as long as nobody has published
how they come about, none is made here, and a stem is no identifier. A published algorithm is passed in as a
:class:`CheckAlgorithm`; nothing else changes.

Source: NDI-TR-2025-04 as quoted by a public implementation; ``policies/rules/numbering.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from catalog import evidence
from catalog.errors import CatalogError
from catalog.numbering import next_numbers
from catalog.store.tables.ledger import data_identifiers
from policies.rulebook import rule

# Stem → check characters, once an official algorithm is known.
CheckAlgorithm = Callable[[str], str]
_RULE: Final = "infrastructure_identifier"


class IdentifierError(CatalogError):
    """An identifier or a part of it that is not of the form, or belongs to something else."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a dataset is called in the data infrastructure.

    Attributes:
        stem: without check characters.
        kind: letter of the type.
        identifier: the whole one; None until the node has given it.
        proof: reference of what the node gave.
    """

    stem: str
    dataset: str
    kind: str
    identifier: str | None
    proof: str | None


@dataclass(frozen=True, slots=True)
class DataInfrastructure:
    """The scheme of the data infrastructure.

    Attributes:
        area: division code of six digits.
        organisation: organisation code (places 9–17 of the social credit code).
        on: day whose form applies.
        check: an official algorithm, or None: then codes are stems.
    """

    area: str
    organisation: str
    on: date
    check: CheckAlgorithm | None = None

    def front(self, kind: str) -> str:
        """What identifiers of a type begin with, e.g. ``310000A1B2C3D4E/D``.

        Raises:
            IdentifierError: area, organisation or type is not of the form.
        """
        form = rule("numbering", _RULE, self.on).value
        shortest, longest = form["organisation"]
        if not re.fullmatch(rf"[1-9]\d{{{form['area'] - 1}}}", self.area, re.ASCII):
            raise IdentifierError(f"the area of an identifier has {form['area']} digits")
        if not re.fullmatch(rf"[0-9A-Z]{{{shortest},{longest}}}", self.organisation, re.ASCII):
            raise IdentifierError(
                f"the organisation of an identifier has {shortest} to {longest} capitals and digits"
            )
        if kind not in form["types"]:
            raise IdentifierError(f"{kind!r} is no type of an identifier — use {', '.join(form['types'])}")
        return f"{self.area}{self.organisation}/{kind}"

    def next_code(self, connection: Connection, kind: str) -> str:
        """A stem nothing ever had, with check characters where an algorithm is known.

        Raises:
            IdentifierError: a part is not of the form, or the serial is used up.
        """
        front, digits = self.front(kind), int(rule("numbering", _RULE, self.on).value["serial"])
        (number,) = next_numbers(connection, front)
        if number >= 10**digits:
            raise IdentifierError(f"every serial of {digits} digits under {front} is given")
        stem = f"{front}{number:0{digits}d}"
        return stem if self.check is None else stem + self.check(stem)


def form_stem(
    connection: Connection, scheme: DataInfrastructure, dataset: str, kind: str, *, by: str, now: datetime
) -> Identifier:
    """The stem of a dataset's identifier, formed once; asked again, the same.

    Args:
        connection: a writing transaction.
        scheme: whose area and organisation.
        dataset: ``schema.table``.
        kind: letter of the type.
        by: who asks.
        now: aware instant.
    """
    known = identifier_of(connection, dataset, kind)
    if known is not None:
        return known
    code = scheme.next_code(connection, kind)
    whole = code if scheme.check is not None else None
    stem = code if whole is None else code[: -int(rule("numbering", _RULE, scheme.on).value["check"])]
    connection.execute(
        insert(data_identifiers).values(
            stem=stem, dataset=dataset, kind=kind, identifier=whole, formed_at=now
        )
    )
    body = {"dataset": dataset, "stem": stem, "actor": by}
    evidence.record(connection, event="catalog:identifier:form", subject=dataset, body=body, now=now)
    return Identifier(stem, dataset, kind, whole, None)


def record(
    connection: Connection, dataset: str, identifier: str, *, proof: str, by: str, now: datetime, on: date
) -> Identifier:
    """Record the identifier a node has given, with its proof.

    Args:
        connection: a writing transaction.
        dataset: ``schema.table``.
        identifier: whole, with check characters.
        proof: reference of the node's answer.
        by: who records it.
        now: aware instant.
        on: day whose form applies.

    Raises:
        IdentifierError: it is not of the form, does not fit the stem, is another's, or has no proof.
    """
    stem, kind = _parts(identifier, on)
    if not proof.strip():
        raise IdentifierError("an identifier is recorded with its proof — name the node's answer")
    known = identifier_of(connection, dataset, kind)
    if known is not None and known.stem != stem:
        raise IdentifierError(f"{dataset} was announced as {known.stem}, the node's answer names another")
    if known is not None and known.identifier not in (None, identifier):
        raise IdentifierError(f"{dataset} has an identifier of this type already — it is never changed")
    d = data_identifiers.c
    other = connection.execute(select(d.dataset).where(d.stem == stem, d.dataset != dataset)).scalar()
    if other is not None:
        raise IdentifierError(f"that identifier is {other}'s")
    values: dict[str, Any] = {
        "identifier": identifier, "proof": proof.strip(), "recorded_by": by, "recorded_at": now,
    }  # fmt: skip
    if known is None:
        connection.execute(
            insert(data_identifiers).values(stem=stem, dataset=dataset, kind=kind, formed_at=now, **values)
        )
    else:
        connection.execute(update(data_identifiers).where(d.stem == stem).values(**values))
    body = {"dataset": dataset, "identifier": identifier, "proof": proof.strip(), "actor": by}
    evidence.record(connection, event="catalog:identifier:record", subject=dataset, body=body, now=now)
    return Identifier(stem, dataset, kind, identifier, proof.strip())


def identifier_of(connection: Connection, dataset: str, kind: str) -> Identifier | None:
    """What a dataset is called, or is to be called, as a thing of a type."""
    d = data_identifiers.c
    query = select(d.stem, d.dataset, d.kind, d.identifier, d.proof)
    row = connection.execute(query.where(d.dataset == dataset, d.kind == kind)).one_or_none()
    return None if row is None else Identifier(*row)


def identifiers_of(connection: Connection, dataset: str) -> tuple[Identifier, ...]:
    """What a dataset is called, or is to be called, as a thing of every type it has."""
    d = data_identifiers.c
    query = select(d.stem, d.dataset, d.kind, d.identifier, d.proof)
    rows = connection.execute(query.where(d.dataset == dataset).order_by(d.kind)).all()
    return tuple(Identifier(*row) for row in rows)


def _parts(identifier: str, on: date) -> tuple[str, str]:
    """Stem and type of an identifier.

    Raises:
        IdentifierError: it is not of the form.
    """
    form = rule("numbering", _RULE, on).value
    shortest, longest = form["organisation"]
    pattern = (
        rf"([1-9]\d{{{form['area'] - 1}}}[0-9A-Z]{{{shortest},{longest}}}/"
        rf"([{''.join(form['types'])}])\d{{{form['serial']}}})[0-9A-Z]{{{form['check']}}}"
    )
    found = re.fullmatch(pattern, identifier, re.ASCII)
    if found is None:
        raise IdentifierError("not an identifier — its form is Area+Org/Type+Serial+Check")
    return found[1], found[2]
