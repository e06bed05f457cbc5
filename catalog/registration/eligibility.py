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
from catalog.clocks.place import place_on
from catalog.organisations.following import Following
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


def whole_form(filing: Filing, former: Registration | None, on: date, place: str) -> dict[str, Any]:
    """The whole form: what is registered with what is handed in laid over it."""
    given = forms.cleaned(filing.form, filing.of, filing.kind, on, place)
    if filing.kind == Kind.FIRST or former is None or former.content is None:
        return given
    asked = {each.key for each in rulings.materials(filing.of, filing.kind, on, place)}
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
    elif actor.office is Office.PARTY and not rulings.real_name(
        filing.applicant_name, on, place_on(connection, on)
    ):
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
    answer = answering(connection, filing.of, filing.name, former, on)
    if code and answer and code not in answer:
        yield reasons.registrant(sorted(answer))


def _faults_about(
    connection: Connection, filing: Filing, form: Mapping[str, Any], former: Registration, on: date
) -> Iterator[Reason]:
    """What stands against an application about a registration that stands."""
    place = place_on(connection, on)
    for each in rows.applications_of(connection, former.id):
        if each.open and each.kind == filing.kind:
            yield reasons.pending(each.id)
    registered = _content(former)
    if filing.kind in _CHANGES and all(
        registered.get(key) == answer for key, answer in form.items() if key not in ASIDE
    ):
        yield reasons.no_change()
    if filing.kind == Kind.DEREGISTRATION:
        known = rulings.deregistration_grounds(on, place)
        chosen = known.get(filing.ground or "")
        if chosen is None or (chosen.cite and not filing.citation):
            yield reasons.ground(sorted(known))
    if filing.kind == Kind.RENEWAL:
        assert former.valid_until is not None
        opens = rulings.window_opens(former.valid_until, on, place)
        if not opens <= on <= former.valid_until:
            yield reasons.window(opens, former.valid_until)
        bound = bound_of(connection, former, on)
        if rulings.renewed_until(former.valid_until, on, bound, place) <= former.valid_until:
            yield reasons.bound(former.valid_until)


def _applicants(filing: Filing) -> tuple[Office, ...]:
    """Departments apply for data, operators for products; anybody concerned for an amendment."""
    own = Office.STEWARD if filing.of is Object.RESOURCE else Office.OPERATOR
    return (own, Office.PARTY) if filing.kind == Kind.AMENDMENT else (own,)


def answering(
    connection: Connection, of: Object, name: str, former: Registration | None, on: date
) -> frozenset[str]:
    """Codes of who answers for it: of an entry its department of that day; the registered one, and its heir.

    Empty where nobody is known to: then whoever applies says who it is.
    """
    following, found = Following(connection, on), set()
    if former is not None and former.state == rows.REGISTERED:
        code = former.registrant_code
        found |= {code, following.answers(former.registrant_name, code, former.name)[1]}
    if of is Object.RESOURCE:
        party = revisions.current(connection, name).contract.department
        found.add(following.answers(party.name, party.code, name)[1])
    return frozenset(found - {""})
