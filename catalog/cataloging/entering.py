"""Cataloguing 编目 in one go: contracts become entries, one or thousands, in one transaction.

Decides how far a contract comes when all offices act at once, as in a small installation. A draft that
lacks what only a person can add stays *compiled*: its department can build and see it, nobody can find,
request or query it. Anything else that lacks something is refused. What was returned, refused, retracted
or withdrawn is not carried on unchanged, and a condition added after publication waits for the authority.

The same steps as separate acts of separate people are :mod:`catalog.cataloging.steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from catalog.cataloging import walking
from catalog.cataloging.acts import CHECK, COMPILE, PUBLISH
from catalog.cataloging.checking import prepared, record_refusal
from catalog.cataloging.errors import Refused
from catalog.cataloging.values import Acts, Catalogued
from catalog.lineage import columns as lineage
from catalog.store import writing
from contracts.model import Contract

__all__ = ["COMPILED", "Acts", "Catalogued", "Refused", "catalogue", "catalogue_all", "catalogue_one",
           "enter_all"]  # fmt: skip

COMPILED: Final = "compiled"
Given = tuple[Contract, Path | None]


def catalogue(
    engine: Engine, contract: Contract, *, path: Path | None, by: str, reason: str, now: datetime
) -> str:
    """Catalogue one contract; see :func:`catalogue_all`.

    Returns:
        Id of the entry. A new revision is made only where the contract's digest changed.
    """
    (done,) = catalogue_all(engine, [(contract, path)], Acts(by=by, reason=reason, now=now))
    return done.entry_id


def catalogue_all(engine: Engine, contracts: Sequence[Given], acts: Acts) -> tuple[Catalogued, ...]:
    """Catalogue contracts, inputs of composed datasets before what is made from them.

    Each entry is a transaction of its own: those before a refused one stay.

    Args:
        engine: of the store.
        contracts: each with the file it came from, or None.
        acts: who acts, why and when.

    Returns:
        One result a contract, in the order given.

    Raises:
        Refused: an entry is a secret, or lacks a basis or an assessment it needs.
        LineageError, UnknownInput, LineageCycle: composed SQL cannot be followed.
    """
    given = {contract.name: (contract, path) for contract, path in contracts}
    done = {}
    for name in lineage.build_order({name: contract for name, (contract, _) in given.items()}):
        contract, path = given[name]
        done[name] = catalogue_one(engine, contract, path, acts)
    return tuple(done[contract.name] for contract, _ in contracts)


def catalogue_one(
    engine: Engine, contract: Contract, path: Path | None, acts: Acts, *, upto: str = PUBLISH
) -> Catalogued:
    """Catalogue one contract; the inputs of a composed dataset are in the ledger already.

    Args:
        engine: of the store.
        contract: to catalogue.
        path: the file it came from, or None; data paths are relative to its folder.
        acts: who acts, why and when.
        upto: the last step to take: ``publish``, or ``check``, which leaves it to the head of the department.

    Raises:
        Refused: the entry is a secret, or lacks a basis or an assessment it needs.
        StandardRefused: a field does not keep an own standard of the city, or one that is not in force.
        IllegalStep: its revision on the way is with the authority and cannot be replaced.
        LineageError, UnknownInput, LineageCycle: composed SQL cannot be followed.
    """
    try:
        made = prepared(engine, [(contract, path)], acts)
    except Refused as refused:
        record_refusal(engine, contract, refused.denial, acts.by, acts.now)
        raise
    with writing(engine) as connection:
        (done,) = walking.walk(connection, made, acts, upto=upto)
    return done


def enter_all(
    connection: Connection, contracts: Sequence[Given], acts: Acts, *, submit: bool, publish: bool = False
) -> tuple[Catalogued, ...]:
    """Enter many contracts in the caller's one writing transaction.

    Args:
        connection: a writing transaction.
        contracts: each with the file it came from, or None; every dataset once.
        acts: who acts, why and when.
        submit: check those that can be and leave them to the head of the department; else only compile.
        publish: take every further step too, as :func:`catalogue_all` does.

    Returns:
        One result a contract, in the order given.

    Raises:
        ManyRefused: some are refused; the caller's transaction must not be committed. Their refusals are
            the caller's to record, with :func:`catalog.cataloging.checking.record_refusal`.
        CatalogError: a dataset is given twice.
        StandardRefused, IllegalStep, LineageError, UnknownInput, LineageCycle: as :func:`catalogue_one`.
    """
    made = prepared(connection.engine, contracts, acts)
    upto = PUBLISH if publish else CHECK if submit else COMPILE
    return walking.walk(connection, made, acts, upto=upto)
