"""What stops the form compiler: one class, one line, no value of a cell."""

from __future__ import annotations

from space.errors import SpaceError


class WorkbookRefused(SpaceError):
    """A workbook that cannot be taken as a form.

    Attributes:
        where: the file's name.
        what, remedy: what is wrong, and what to do.
    """

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.where, self.what, self.remedy = where, what, remedy
        super().__init__(f"{where}: {what} — {remedy}")


class SidecarUnreadable(SpaceError):
    """A file of bindings that lacks something, says it wrongly, or is of another workbook."""


class LayoutUnreadable(SpaceError):
    """A declared import layout that lacks something or says it wrongly."""
