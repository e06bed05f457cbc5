"""Errors of registration: one class per cause."""

from __future__ import annotations

from catalog.errors import CatalogError
from policies.decision import Deny, Reason


class RegistrationRefused(CatalogError):
    """An act of registration that may not be done.

    Attributes:
        denial: every reason.
    """

    def __init__(self, what: str, denial: Deny) -> None:
        self.denial = denial
        why = "; ".join(f"{r.message} — {r.allowed}" if r.allowed else r.message for r in denial.reasons)
        super().__init__(f"{what}: {why}")


def refusal(what: str, *reasons: Reason) -> RegistrationRefused:
    """The refusal of an act about ``what``, with every reason found."""
    return RegistrationRefused(what, Deny(reasons))


class UnknownRegistration(CatalogError):
    """No registration, application, objection or authorisation of that id."""


class FormUnreadable(CatalogError):
    """A form that cannot be read as one."""


class PackageTrouble(CatalogError):
    """A registration package that cannot be written, read or trusted."""


class FilesBroken(CatalogError):
    """Files that were handed in are missing, or are not what they were."""
