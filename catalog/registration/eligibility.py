"""Whether an application may be filed at all: by whom, for what, about which registration.

Decides every reason against it at once: a first registration of what has none, everything else about a
registration that stands, a renewal in its window, a deregistration on a ground of the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.registration import forms, reasons, rows, rulings
from catalog.registration.authorisations import bound_of
from catalog.registration.errors import FormUnreadable
from catalog.registration.files import Kept
from catalog.registration.rows import Registration
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from policies.decision import Reason
from policies.machine import Office

# A product's or service's name: no dot, so that it is never an entry's.
_NAME: Final = re.compile(r"^[a-z][a-z0-9_-]{1,79}$")
# Answers that are about the application, not about what is registered.
ASIDE: Final = ("statement", "agent_name", "agent_contact")
_CHANGES: Final = (Kind.CHANGE, Kind.AMENDMENT)


@dataclass(frozen=True, slots=True)
class Filing:
    """What is handed in.

    Attributes:
        kind: what is applied for.
        of: what is registered.
        name: of the entry, product or service.
        form: key → answer; of anything but a first registration only what differs.
        kept: files beside it, already in the folder.
        ground, citation: of a deregistration.
        applicant_name, applicant_code: of an interested party; else the registrant applies.
    """

    kind: Kind
    of: Object
    name: str
    form: Mapping[str, Any]
    kept: tuple[Kept, ...] = ()
    ground: str | None = None
    citation: str | None = None
    applicant_name: str = ""
    applicant_code: str = ""


def whole_form(filing: Filing, former: Registration | None, on: date) -> dict[str, Any]:
    """The whole form: what is registered with what is handed in laid over it."""
    given = forms.cleaned(filing.form, filing.of, filing.kind, on)
    if filing.kind == Kind.FIRST or former is None or former.content is None:
        return given
    asked = {each.key for each in rulings.materials(filing.of, filing.kind, on)}
    return {key: answer for key, answer in _content(former).items() if key in asked} | given


def _content(former: Registration) -> dict[str, Any]:
    found: dict[str, Any] = former.to_document()["content"] or {}
    return found


def faults(
    connection: Connection,
    filing: Filing,
    form: Mapping[str, Any],
    former: Registration | None,
    actor: Actor,
    on: date,
) -> Iterator[Reason]:
    """Every reason why an application may not be filed.

    Args:
        connection: to read with.
        filing: what is handed in.
        form: the whole form, see :func:`whole_form`.
        former: the registration that counts now, or None.
        actor: who files it.
        on: day, for the rules.

    Raises:
        FormUnreadable: the name cannot be a product's.
        UnknownDataset: the ledger has no such entry.
    """
    allowed = _applicants(filing)
    if actor.office not in allowed:
        yield reasons.applicant([each.value for each in allowed])
    elif actor.office is Office.PARTY and not filing.applicant_name:
        yield reasons.unnamed()
    if filing.kind == Kind.FIRST:
        if former is not None and former.state in (rows.PENDING, rows.REGISTERED):
            yield reasons.exists(former.id)
        if filing.of is not Object.RESOURCE and not _NAME.match(filing.name):
            raise FormUnreadable(
                f"{filing.name!r}: a product or service has a name of small letters, digits, - and _"
            )
    elif former is None or former.state != rows.REGISTERED:
        yield reasons.standing("not there" if former is None else former.state)
        return
    else:
        yield from _faults_about(connection, filing, form, former, on)
    code = form.get("registrant_code", "")
    answer = answering(connection, filing.of, filing.name, former)
    if code and answer and code not in answer:
        yield reasons.registrant(sorted(answer))


def _faults_about(
    connection: Connection, filing: Filing, form: Mapping[str, Any], former: Registration, on: date
) -> Iterator[Reason]:
    """What stands against an application about a registration that stands."""
    for each in rows.applications_of(connection, former.id):
        if each.open and each.kind == filing.kind:
            yield reasons.pending(each.id)
    registered = _content(former)
    if filing.kind in _CHANGES and all(
        registered.get(key) == answer for key, answer in form.items() if key not in ASIDE
    ):
        yield reasons.no_change()
    if filing.kind == Kind.DEREGISTRATION:
        known = rulings.deregistration_grounds(on)
        chosen = known.get(filing.ground or "")
        if chosen is None or (chosen.cite and not filing.citation):
            yield reasons.ground(sorted(known))
    if filing.kind == Kind.RENEWAL:
        assert former.valid_until is not None
        opens = rulings.window_opens(former.valid_until, on)
        if not opens <= on <= former.valid_until:
            yield reasons.window(opens, former.valid_until)
        bound = bound_of(connection, former, on)
        if rulings.renewed_until(former.valid_until, on, bound) <= former.valid_until:
            yield reasons.bound(former.valid_until)


def _applicants(filing: Filing) -> tuple[Office, ...]:
    """Departments apply for data, operators for products; anybody concerned for an amendment."""
    own = Office.STEWARD if filing.of is Object.RESOURCE else Office.OPERATOR
    return (own, Office.PARTY) if filing.kind == Kind.AMENDMENT else (own,)


def answering(connection: Connection, of: Object, name: str, former: Registration | None) -> frozenset[str]:
    """Codes of who answers for it: of an entry its department, today's and the registered one.

    Empty where nobody is known to: then whoever applies says who it is.
    """
    found = {former.registrant_code} if former is not None and former.state == rows.REGISTERED else set()
    if of is Object.RESOURCE:
        found.add(revisions.current(connection, name).contract.department.code)
    return frozenset(found - {""})
