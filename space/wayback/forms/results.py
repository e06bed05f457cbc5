"""The collected result of a form as a dataset of the ledger 填报结果入账.

Decides when it is entered: with the first answers, so that nothing waits for rows that are not there. The
contract is drafted from the form, kept with the other contracts of the installation, and catalogued by
the ledger's own steps; what only the issuer can add (an impact assessment) leaves it a draft. Its rows are
built like every other dataset's.
"""

from __future__ import annotations

import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from catalog import revisions
from catalog.cataloging.entering import catalogue
from catalog.errors import CatalogError
from catalog.home import Home
from catalog.store import reading
from catalog.store.tables.forms import submissions
from contracts.errors import ContractError
from contracts.model import Contract
from contracts.odcs.files import dumps
from policies.clocks import local_date
from policies.rulebook import RuleError
from space.errors import SpaceError
from space.wayback.forms.admission import NotAdmitted, in_force
from space.wayback.forms.bindings import bind
from space.wayback.forms.checking import own_elements
from space.wayback.forms.contracting import contract_of, dataset_of

# What may keep a dataset from being entered now, and not for ever.
LATER: Final = (CatalogError, ContractError, SpaceError, RuleError, SQLAlchemyError, OSError)
_log = logging.getLogger(__name__)


def register_result(home: Home, engine: Engine, code: str, *, by: str, now: datetime) -> str:
    """Enter the dataset a form's answers are collected in; once it is there, nothing is done.

    Args:
        home: the installation.
        engine: its store.
        code: of the form.
        by: the person whose act brings the first answers.
        now: aware instant.

    Returns:
        Name of the dataset.

    Raises:
        NotAdmitted: the form is not in force.
        CatalogError: the ledger refuses the entry.
    """
    name = dataset_of(code)
    with reading(engine) as connection:
        if name in revisions.called(connection, [name]):
            return name
    return renew_result(home, engine, code, by=by, now=now)


def register_missing(home: Home, engine: Engine, now: datetime) -> int:
    """Enter the datasets of forms whose first answers could not, and those whose form reads otherwise by now.

    What fails again waits for the next turn.

    Returns:
        How many were entered.
    """
    s, made = submissions.c, 0
    with reading(engine) as connection:
        answered = select(s.form, func.min(s.submitted_by).label("by")).group_by(s.form)
        missing = [(row.form, row.by) for row in connection.execute(answered.order_by(s.form))]
        there = revisions.called(connection, [dataset_of(code) for code, _ in missing])
    for code, by in missing:
        try:
            if dataset_of(code) in there and _is_current(home, engine, code, now):
                continue
            renew_result(home, engine, code, by=by, now=now)
        except NotAdmitted:  # its term is over
            continue
        except LATER as error:
            _log.warning("form %s: the dataset of its answers waits (%s)", code, type(error).__name__)
        else:
            made += 1
    return made


def renew_result(home: Home, engine: Engine, code: str, *, by: str, now: datetime) -> str:
    """Enter the dataset as the form says it now: a source that changed its field makes a new revision.

    Args and errors as of :func:`register_result`.
    """
    with reading(engine) as connection:
        contract = result_contract(connection, code, now)
    path = home.contracts / f"{contract.name}.yaml"
    _keep(path, dumps(contract))
    catalogue(engine, contract, path=path, by=by, reason=f"answers of form {code}", now=now)
    return contract.name


def _is_current(home: Home, engine: Engine, code: str, now: datetime) -> bool:
    """Whether the contract a form's dataset was entered with is still what the form says."""
    with reading(engine) as connection:
        contract = result_contract(connection, code, now)
    path = home.contracts / f"{contract.name}.yaml"
    return path.is_file() and path.read_text(encoding="utf-8") == dumps(contract)


def result_contract(connection: Connection, code: str, now: datetime) -> Contract:
    """The contract of a form's collected dataset.

    Raises:
        NotAdmitted: the form is not in force.
    """
    on = local_date(now)
    return contract_of(
        bind(connection, in_force(connection, code, now), on), on, own_elements(connection, on)
    )


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
