"""Why an act of registration is refused: the fixed wordings.

Decides no case; each function is one reason, explained in ``docs/refusals-of-acts.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from policies.decision import Reason

APPLICANT: Final = "registration.applicant"
EMPTY: Final = "registration.supplement.empty"
UNNAMED: Final = "registration.unnamed"
NOT_OVER: Final = "registration.not_over"
OFFICE: Final = "registration.office"
REGISTRANT: Final = "registration.registrant"
EXISTS: Final = "registration.exists"
STANDING: Final = "registration.standing"
PENDING: Final = "registration.pending"
NOT_DROPPED: Final = "registration.not_dropped"
NO_CHANGE: Final = "registration.no_change"
WINDOW: Final = "registration.renewal.window"
BOUND: Final = "registration.renewal.bound"
GROUND: Final = "registration.ground"
INCOMPLETE: Final = "registration.incomplete"
COMPLETE: Final = "registration.complete"
NOT_LATE: Final = "registration.not_late"
NOTICE_RUNS: Final = "registration.notice.running"
NOTICE_OVER: Final = "registration.notice.over"
NAMELESS: Final = "registration.objection.nameless"
UNREASONED: Final = "registration.objection.unreasoned"
OWN_OBJECTION: Final = "registration.objection.own"
CODE_FORM: Final = "registration.code.form"
CODE_TAKEN: Final = "registration.code.taken"
CODE_KEPT: Final = "registration.code.kept"
CODED_ON: Final = "registration.code.day"


def applicant(allowed: Sequence[str]) -> Reason:
    """The office does not apply for such an object."""
    return Reason(
        APPLICANT,
        "this office does not apply for that: departments register data, operators products and services",
        where="office",
        allowed=f"apply as {' or '.join(allowed)}",
    )


def office(filed_in: str) -> Reason:
    """Another office filed the application."""
    return Reason(
        OFFICE,
        "the application was filed in another office",
        where="office",
        allowed=f"whoever filed it as {filed_in} supplements and withdraws it",
    )


def registrant(allowed: Sequence[str]) -> Reason:
    """The registrant does not answer for the data."""
    return Reason(
        REGISTRANT,
        "the registrant does not answer for what is to be registered",
        where="registrant_code",
        allowed=f"the code of its department or operator: {', '.join(allowed)}",
    )


def exists(registration_id: str) -> Reason:
    """It is registered, or applied for, already."""
    return Reason(
        EXISTS,
        "it is registered already, or its first registration is on its way",
        where=registration_id,
        allowed="change, amend or renew what is registered; withdraw what is on its way",
    )


def standing(state: str) -> Reason:
    """The registration does not stand."""
    return Reason(
        STANDING,
        f"the registration does not stand: it is {state}",
        where="state",
        allowed="only a registration that stands is changed, amended, renewed or deregistered",
    )


def pending(application_id: str) -> Reason:
    """An application of the same kind is on its way."""
    return Reason(
        PENDING,
        "an application of this kind is on its way",
        where=application_id,
        allowed="wait for it, supplement it or withdraw it",
    )


def not_dropped() -> Reason:
    """Its registration still stands or waits."""
    return Reason(
        NOT_DROPPED,
        "an application falls away only with the registration it is about",
        where="state",
        allowed="withdraw it",
    )


def no_change() -> Reason:
    """The form says what is registered."""
    return Reason(
        NO_CHANGE,
        "the form says nothing that is not registered already",
        where="form",
        allowed="state in the form what is different",
    )


def window(opens: date, last: date) -> Reason:
    """Too early or too late for a renewal."""
    return Reason(
        WINDOW,
        "a renewal is filed in the window before the last day",
        where="renewal",
        allowed=f"from {opens} to {last}",
    )


def bound(last: date) -> Reason:
    """The authorisation does not last longer than the registration."""
    return Reason(
        BOUND,
        "there is nothing to renew for: the authorisation ends with the registration",
        where="renewal",
        allowed=f"record an authorisation that lasts beyond {last} (`ybz register authorise`)",
    )


def ground(known: Sequence[str]) -> Reason:
    """The ground is not on the list, or lacks its legal basis."""
    return Reason(
        GROUND,
        "the ground is not on the list for this step, or lacks the legal basis it needs",
        where="ground",
        allowed=f"one of {', '.join(known) or 'none: nothing is refused in this state'}",
    )


def incomplete(missing: Sequence[str]) -> Reason:
    """It cannot be accepted as it is."""
    return Reason(
        INCOMPLETE,
        f"an incomplete application is not accepted; it lacks: {'; '.join(missing)}",
        where="form",
        allowed="return it once, or refuse it where it was supplemented",
    )


def complete() -> Reason:
    """There is nothing to return it for."""
    return Reason(
        COMPLETE,
        "an application is returned for what it lacks, and this one lacks nothing",
        where="form",
        allowed="accept it, or name what else is wrong (`lacks`)",
    )


def not_late() -> Reason:
    """The supplement is not overdue."""
    return Reason(
        NOT_LATE,
        "the supplement is not overdue yet",
        where="ground",
        allowed="wait for its last day, which `ybz due` shows",
    )


def notice_runs(last: date) -> Reason:
    """The public notice is not over."""
    return Reason(
        NOTICE_RUNS,
        "the public notice is not over",
        where="notice",
        allowed=f"a code counts from the day after {last}",
    )


def notice_over(last: date) -> Reason:
    """The objection comes late."""
    return Reason(
        NOTICE_OVER,
        "the public notice is over",
        where="notice",
        allowed=f"objections were open until {last}; ask for an amendment of what is registered",
    )


def nameless() -> Reason:
    """An objection without name or evidence."""
    return Reason(
        NAMELESS,
        "an objection states a real name, a way to reach whoever objects, what is wrong, and evidence",
        where="objection",
        allowed="give `name`, `contact`, `statement` and `evidence`",
    )


def unreasoned() -> Reason:
    """A decision without reason or basis."""
    return Reason(
        UNREASONED,
        "a decision states its reason and what it rests on",
        where="objection",
        allowed="give `reason` and `basis`",
    )


def own_objection() -> Reason:
    """A decision by whoever objected, or entered it."""
    return Reason(
        OWN_OBJECTION,
        "nobody decides an objection of their own: of the same organisation, or entered by the same person",
        where="objection",
        allowed="another person decides it (`by`); of the registrar's own, another registrar",
    )


def code_form(role: str) -> Reason:
    """What was given does not look like a code."""
    return Reason(
        CODE_FORM,
        f"the {role} is missing, too short, too long or has characters no code has",
        where=role,
        allowed="type it as the proof shows it (rule `code_form` of `registration`)",
    )


def code_taken(role: str) -> Reason:
    """A code that was recorded before."""
    return Reason(
        CODE_TAKEN,
        f"the {role} was recorded before, for another registration or in another role",
        where=role,
        allowed="a code is given once, whatever became of its registration; compare with the proof",
    )


def code_kept() -> Reason:
    """Another code than the registration has."""
    return Reason(
        CODE_KEPT,
        "a registration keeps its code through change, amendment, renewal and deregistration",
        where="code",
        allowed="leave `code` out, or give the code it has",
    )


def coded_on(first: date, last: date) -> Reason:
    """A day on which the code cannot have been given."""
    return Reason(
        CODED_ON,
        "the code cannot have been given on that day",
        where="coded_on",
        allowed=f"a day from {first} to {last}",
    )


def empty() -> Reason:
    """A supplement that brings nothing."""
    return Reason(
        EMPTY,
        "a supplement brings an answer or a file",
        where="form",
        allowed="give `form` or attachments, as the list that was sent back asks",
    )


def unnamed() -> Reason:
    """An interested party without a name."""
    return Reason(
        UNNAMED,
        "an interested party applies under its own name",
        where="applicant",
        allowed="give `name`, and `code` where it is an organisation",
    )


def not_over(last: date) -> Reason:
    """The term is not over."""
    return Reason(
        NOT_OVER,
        "the registration still stands: its term is not over, or its renewal is on its way",
        where="valid_until",
        allowed=f"it lapses after {last} at the earliest",
    )
