"""What an evaluation is about: its grants, its datasets, who is evaluated, who may judge it in which office.

Decides who is the evaluated, who a user and who a third party. Counting is :mod:`space.evaluation.figures`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.store.tables.grants import grants
from catalog.store.tables.operation import operation_agreements, operation_requests, operation_scenarios
from policies.evaluation import Judge, Subject
from space.errors import Unknown
from space.granting import grants as granting
from space.operation.agreements import Agreement, from_row

# Ids asked for in one statement: databases bound the number of parameters.
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """A subject, resolved.

    Attributes:
        kind, subject: what, and its id, code or name.
        title: as a reader calls it.
        party: code of the organisation that is evaluated.
        users: codes of those that used it, or are named to receive what comes of it.
        grants, requests: ids.
        datasets: names.
    """

    kind: Subject
    subject: str
    title: str
    party: str
    users: frozenset[str]
    grants: tuple[str, ...]
    requests: tuple[str, ...]
    datasets: tuple[str, ...]

    def office(self, organisation: str) -> Judge:
        """In which office an organisation judges this."""
        if organisation == self.party:
            return Judge.SELF
        return Judge.USER if organisation in self.users else Judge.THIRD_PARTY


def resolve(connection: Connection, kind: Subject, named: str) -> Scope:
    """A subject by its name.

    Args:
        connection: to read with.
        kind: of it.
        named: number or id of an agreement, id of a scenario or grant, code of an operator, dataset.

    Raises:
        Unknown: there is none.
    """
    return _RESOLVERS[kind](connection, named)


def chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """Ids in pieces that fit into one statement."""
    ordered = sorted(ids)
    for at in range(0, len(ordered), AT_ONCE):
        yield ordered[at : at + AT_ONCE]


def _agreement(connection: Connection, named: str) -> Scope:
    a, o = operation_agreements.c, operation_requests.c
    row = connection.execute(
        select(operation_agreements).where((a.number == named) | (a.id == named), a.version > 0)
    ).first()
    if row is None:
        raise Unknown("signed agreement", named, "`ybz agreement list` shows them")
    found = from_row(connection, row)
    users = {found.body_code, *_receivers(found.stated["products"])}
    mine = _granted(connection, o.agreement_id == found.id)
    return _scope(Subject.AGREEMENT, found.id, found.number, found.operator_code, users, mine, found.listed)


def _scenario(connection: Connection, named: str) -> Scope:
    s, o = operation_scenarios.c, operation_requests.c
    row = connection.execute(select(operation_scenarios).where(s.id == named)).first()
    if row is None:
        raise Unknown("scenario", named, "`ybz scenario list` shows them")
    above = _agreement_of(connection, row.agreement_id)
    users = {above.body_code, *_receivers(row.products)}
    mine = _granted(connection, o.scenario_id == row.id)
    return _scope(Subject.SCENARIO, row.id, row.title, above.operator_code, users, mine)


def _agreement_of(connection: Connection, agreement_id: str) -> Agreement:
    query = select(operation_agreements).where(operation_agreements.c.id == agreement_id)
    return from_row(connection, connection.execute(query).one())


def _operator(connection: Connection, named: str) -> Scope:
    a = operation_agreements.c
    rows = connection.execute(
        select(a.operator_name, a.body_code).where(a.operator_code == named, a.version > 0)
    ).all()
    if not rows:
        raise Unknown("operator with an agreement", named, "`ybz agreement list` shows them")
    held = connection.execute(select(grants).where(grants.c.grantee == named)).all()
    users = {row.body_code for row in rows}
    return _scope(Subject.OPERATOR, named, rows[-1].operator_name, named, users, held)


def _dataset(connection: Connection, named: str) -> Scope:
    entry = revisions.current(connection, named)
    # The text narrows it down; the terms decide.
    query = select(grants).where(grants.c.agreement.contains(named, autoescape=True))
    held = [row for row in connection.execute(query) if named in _datasets([row])]
    party = entry.contract.department.code
    scope = _scope(Subject.DATASET, named, entry.contract.title, party, {row.grantee for row in held}, held)
    return Scope(scope.kind, named, scope.title, party, scope.users, scope.grants, scope.requests, (named,))


def _grant(connection: Connection, named: str) -> Scope:
    row = connection.execute(select(grants).where(grants.c.id == named)).first()
    if row is None:
        raise Unknown("grant", named, "`ybz grant list` shows them")
    return _scope(Subject.GRANT, named, named, row.grantor, {row.grantee}, [row])


_RESOLVERS: Final = {
    Subject.AGREEMENT: _agreement, Subject.SCENARIO: _scenario, Subject.OPERATOR: _operator,
    Subject.DATASET: _dataset, Subject.GRANT: _grant,
}  # fmt: skip


def _granted(connection: Connection, condition: Any) -> list[Any]:
    """Rows of grants whose request stands under an agreement or scenario."""
    under = select(grants).join(operation_requests, operation_requests.c.request_id == grants.c.request_id)
    return list(connection.execute(under.where(condition).order_by(grants.c.id)).all())


def _scope(
    kind: Subject, subject: str, title: str, party: str, users: Collection[str], held: Iterable[Any],
    listed: Collection[str] = (),
) -> Scope:  # fmt: skip
    rows = list(held)
    return Scope(
        kind, subject, title, party, frozenset(users) - {party, ""}, tuple(sorted(row.id for row in rows)),
        tuple(sorted({row.request_id for row in rows})), tuple(sorted({*listed, *_datasets(rows)})),
    )  # fmt: skip


def _datasets(rows: Iterable[Any]) -> set[str]:
    return {each.name for row in rows for each in granting.from_row(row).terms.datasets}


def _receivers(products: Iterable[Any]) -> Iterator[str]:
    """Who is named to receive products, where that is said."""
    for product in products:
        stated = product.get("receivers") or ()
        yield from ([stated] if isinstance(stated, str) else [str(each) for each in stated])
