"""A finding of the doctor, and what its checks look at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from catalog.home import Home
from policies.clocks import local_date
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        name: of the check.
        ok: whether nothing has to be done.
        found: in words.
        todo: what to do; beside ``ok`` it is a weakness, which need not be mended.
    """

    name: str
    ok: bool
    found: str
    todo: str = ""

    @property
    def level(self) -> str:
        """``ok``, ``weak`` or ``lack``."""
        if not self.ok:
            return "lack"
        return "weak" if self.todo else "ok"

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {**asdict(self), "level": self.level}


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks look at."""

    home: Home
    engine: Engine
    now: datetime

    @property
    def day(self) -> date:
        """Today, Asia/Shanghai."""
        return local_date(self.now)

    def ruled(self, name: str) -> Any:
        """A dated rule of the service (``policies/rules/service.yaml``)."""
        return rule("service", name, self.day).value
