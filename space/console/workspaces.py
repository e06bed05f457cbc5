"""The rooms of the console 工作区, and to whom each is offered.

Decides what stands in the navigation: a room is offered to roles the matrix ever lets do one of its acts.
What is not offered is not thereby forbidden; that is the interface's to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policies.access import Act
from space.console.seats import Seat


@dataclass(frozen=True, slots=True)
class Workspace:
    """One room.

    Attributes:
        path: below the console.
        zh, en: its name.
        icon: of the bundled set.
        acts: it is offered to whoever may do one of them.
    """

    path: str
    zh: str
    en: str
    icon: str
    acts: tuple[Act, ...]


WORKSPACES: Final = (
    Workspace("/", "一本账", "The ledger", "space_dashboard", (Act.CATALOGUE_READ,)),
    Workspace("/catalogue", "数据目录", "Catalogue", "manage_search", (Act.CATALOGUE_READ,)),
    Workspace("/steward", "数据管理", "Steward", "edit_note", (Act.CATALOGUE_KEEP, Act.ENTRY_SIGN)),
    Workspace("/department", "申请用数", "Using data", "handshake", (Act.REQUEST_FILE, Act.REQUEST_DECIDE)),
    Workspace("/operator", "授权运营", "Operator", "query_stats", (Act.QUERY_ASK,)),
    Workspace("/implementing", "授权实施", "Authorising", "assignment_turned_in", (Act.EVALUATION_KEEP,)),
    Workspace(
        "/authority", "主管审核", "Authority", "gavel",
        (Act.ENTRY_REVIEW, Act.ENTRY_SIGN, Act.REGISTRATION_REVIEW),
    ),
    Workspace("/audit", "监督存证", "Audit", "verified", (Act.EVIDENCE_READ,)),
    Workspace(
        "/administration", "系统管理", "Administration", "admin_panel_settings",
        (Act.ROLE_ASSIGN, Act.ACCOUNT_KEEP, Act.SPACE_OPERATE),
    ),
)  # fmt: skip


def offered(seat: Seat) -> tuple[Workspace, ...]:
    """The rooms a seat is offered, in their order."""
    return tuple(room for room in WORKSPACES if any(seat.may(act) for act in room.acts))
