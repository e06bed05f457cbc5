"""What may be supplied under a grant 可供范围: which release, which columns in which form, which rows.

Decides on the grant, the request behind it, the owner's rules and checked facts; looks at no row. The
rows and their masks are exactly those of a list under the same grant (:mod:`space.query.lists`), so
that no second reading of the rules exists. Rows never leave to an operator, nor under differentially
private terms.

Source: 政务数据共享条例 Arts 20–25; 发改数据规〔2025〕27号（原始数据不出域、数据可用不可见）.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from catalog.home import Home
from catalog.releases.published import Release, by_id, latest, vault_files
from catalog.stops import closed
from catalog.store.tables.grants import requests
from contracts.canonical import digest
from contracts.model import Contract
from policies.access import Caller, OrganisationKind
from policies.clocks import local_date
from policies.composition import receives, within
from policies.decision import Deny, Reason
from policies.modes import at_least, required
from policies.protection import Analysis, OnBreach, Visibility
from policies.rulebook import rule
from policies.terms import DatasetTerm, Mode, Terms
from space import store
from space.calls.budget import NOT_HELD, objection
from space.contracting import deletions
from space.granting import conditions
from space.granting.grants import Grant, from_row
from space.granting.kinds import Family, grade_of, published
from space.granting.owner_rules import in_force
from space.granting.pins import period_of, pinned
from space.identity.organisations import Organisation, organisation
from space.identity.tokens import Caller as Who
from space.query.lists.listing import LISTS, Listing, list_rows
from space.query.prepare import NOT_RELEASED
from space.query.reasons import reason
from space.supply.files import Form

# More rows than any release has: a list that is supplied whole.
_EVERY: Final = 9_007_199_254_740_991
_LIMIT: Final = f" LIMIT {_EVERY}"
_MASKING: Final = (OnBreach.MASK, OnBreach.NULLIFY, OnBreach.GENERALISE)

_OUTSIDE: Final = Reason(
    "supply.outside",
    "rows are not handed over outside the administration",
    "grant",
    "ask for figures or verification under the grant",
)
_ROWS: Final = Reason(
    "supply.analysis",
    "the terms do not open the rows of the dataset",
    "analyses",
    "ask for terms that allow list or masked_list",
)
_PRIVATE: Final = Reason(
    "supply.mode", "rows are not handed over under differentially private terms", "mode", "ask for figures"
)
_DATASET: Final = Reason(
    "supply.dataset",
    "the grant opens no such dataset",
    "dataset",
    "`ybz grant show` lists the datasets of the grant",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a supply.

    Attributes:
        name, title: of the field.
        type: its type in the contract.
        masked: whether its values are shown in another form than the release has.
    """

    name: str
    title: str
    type: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Suppliable:
    """What may be supplied.

    Attributes:
        grant: under which.
        receiver: its holder.
        contract, release: of the dataset.
        form: in which it is handed over.
        sql: of the rows, over the vault.
        columns: in order.
        files: vault files of the release.
        most_rows: the terms let out at once.
        statement: digest of all that decides what is handed over, and in which form.
        period: for which the release is held; empty where it is not.
        unpinned: dataset → release, where it is not yet held for the period.
    """

    grant: Grant
    receiver: Organisation
    contract: Contract
    release: Release
    form: Form
    sql: str
    columns: tuple[Shown, ...]
    files: Mapping[str, tuple[Path, ...]]
    most_rows: int
    statement: str
    period: str
    unpinned: Mapping[str, str]


def prepare(
    connection: Connection,
    home: Home,
    who: Who,
    grant_id: str,
    dataset: str | None,
    form: Form,
    now: datetime,
    *,
    place: str = "",
) -> Suppliable | Deny:
    """What of a dataset may be supplied to the holder of a grant now, or every reason why not.

    Args:
        connection: to read with.
        home: of the installation.
        who: who asks.
        grant_id: of the grant.
        dataset: ``schema.table``; the grant's only one where None.
        form: in which it is to be handed over.
        now: aware instant.
        place: of a table: the exchange database and the name there.
    """
    day = local_date(now)
    row = store.grant_row(connection, grant_id)
    if row is None or row.grantee != who.organisation or who.grant_id not in (None, row.id):
        return Deny((NOT_HELD,))
    grant, receiver = from_row(row), organisation(connection, row.grantee)
    in_the_way = (
        objection(row, day, calls=0)
        or conditions.in_hours(grant.terms, now)
        or conditions.from_network(grant.terms, who.address)
        or deletions.overdue(connection, grant.id, grant.terms, now)
    )
    if in_the_way is not None:
        return Deny((in_the_way,))
    contract = _contract(connection, grant, dataset)
    if contract is None:
        return Deny((_DATASET,))
    stop = closed(connection, receiver.code, (contract.name,))
    if stop is not None:
        return Deny((stop,))
    terms = within(grant.terms, in_force(connection, [contract.name], grant.grantee, day))
    term = next(one for one in terms.datasets if one.name == contract.name)
    release, period, fresh = _release(connection, grant, terms, contract.name, day)
    if release is None:
        return Deny((NOT_RELEASED,))
    refused = [*_objections(connection, grant, receiver, term, form, day)]
    refused += _protected(connection, grant, receiver, contract, release, day)
    if refused:
        return Deny(tuple(refused))
    listing = _listing(terms, receiver, contract, release, day)
    if isinstance(listing, Deny):
        return listing
    sql = listing.plan.blocks[0].plain_sql.removesuffix(_LIMIT)
    columns = tuple(_shown(contract, term, name, listing) for name in term.columns)
    said = [grant.id, contract.name, sql, form.value, place, [[c.name, c.masked] for c in columns]]
    return Suppliable(
        grant=grant,
        receiver=receiver,
        contract=contract,
        release=release,
        form=form,
        sql=sql,
        columns=columns,
        files={contract.name: vault_files(home, release)},
        most_rows=terms.max_rows,
        statement=digest(said),
        period=period,
        unpinned=fresh,
    )


def only_dataset(connection: Connection, grant_id: str) -> str:
    """The dataset of a grant that opens one; empty where it opens several, or is not there."""
    row = store.grant_row(connection, grant_id)
    names = () if row is None else tuple(term.name for term in from_row(row).terms.datasets)
    return names[0] if len(names) == 1 else ""


def _contract(connection: Connection, grant: Grant, dataset: str | None) -> Contract | None:
    """The contract of a dataset of the grant, if it is published."""
    names = [term.name for term in grant.terms.datasets]
    wanted = names[0] if dataset is None and len(names) == 1 else dataset
    return published(connection, names).get(wanted or "")


def _release(
    connection: Connection, grant: Grant, terms: Terms, dataset: str, day: date
) -> tuple[Release | None, str, dict[str, str]]:
    """The release the grant sees, the period it is held for, and what is not yet held."""
    period = period_of(terms.release_period, day)
    held = pinned(connection, grant.id, period).get(dataset) if period else None
    release = by_id(connection, held) if held else latest(connection, dataset)
    fresh = {dataset: release.id} if period and release is not None and held is None else {}
    return release, period, fresh


def _objections(
    connection: Connection, grant: Grant, receiver: Organisation, term: DatasetTerm, form: Form, day: date
) -> list[Reason]:
    """What of grant, request and receiver stands against handing rows over."""
    found = []
    if receiver.kind is OrganisationKind.OPERATOR or receiver.kind.caller is not Caller.ADMINISTRATION:
        found.append(_OUTSIDE)
    if not LISTS & grant.terms.analyses & term.rules.table.analyses:
        found.append(_ROWS)
    if grant.terms.mode is Mode.DP:
        found.append(_PRIVATE)
    if not receives(term.rules, receiver.code):
        found.append(reason("query.receiver", term.name))
    methods = rule("supply", "method/table" if form is Form.TABLE else "method/file", day).value
    r = requests.c
    stated = connection.execute(select(r.statement).where(r.id == grant.request_id)).scalar() or {}
    if stated.get("method") not in methods:
        found.append(
            Reason(
                "supply.method",
                "the request behind the grant was permitted for another method",
                "method",
                f"ask for one of {', '.join(methods)}",
            )
        )
    return found


def _protected(
    connection: Connection,
    grant: Grant,
    receiver: Organisation,
    contract: Contract,
    release: Release,
    day: date,
) -> tuple[Reason, ...]:
    """Whether the rules of today ask for more protection than the grant's mode has."""
    family = Family.of(connection, {contract.name: contract})
    grade = grade_of(contract, release)
    needed = required(receiver.kind.caller, family.kinds, day, grade=grade)
    judged = at_least(grant.terms.mode, needed)
    return judged.reasons if isinstance(judged, Deny) else ()


def _listing(
    terms: Terms, receiver: Organisation, contract: Contract, release: Release, day: date
) -> Listing | Deny:
    """The list of every row the grant opens, with every column of it."""
    term = next(one for one in terms.datasets if one.name == contract.name)
    every = replace(terms, max_rows=_EVERY, datasets=(term,))
    names = ", ".join(f'"{name}"' for name in term.columns)
    sql = f'SELECT {names} FROM "{contract.schema}"."{contract.table}"'
    found = list_rows(sql, every, receiver.kind.caller, [(contract, release)], day)
    return Deny((_ROWS,)) if found is None else found


def _shown(contract: Contract, term: DatasetTerm, name: str, listing: Listing) -> Shown:
    """A column as it is handed over."""
    field, asked = contract.field(name), term.rules.column(name)
    hidden = asked.visibility is not Visibility.PLAIN and asked.on_breach in _MASKING
    if listing.analysis is Analysis.MASKED_LIST:
        hidden = hidden or bool(field.check) or field.unit is not None or field.use.value == "identifier"
    return Shown(field.name, field.business_name, field.type.value, hidden)
