"""The operator's room 授权运营: grants, questions, answers, own tables, money, agreements."""

from __future__ import annotations

from space.console.pages.operator import (
    agreements,
    asking,
    clients,
    history,
    invoices,
    landing,
    proposing,
    receipts,
    saved,
    statements,
    workspace,
)

__all__ = [
    "agreements",
    "asking",
    "clients",
    "history",
    "invoices",
    "landing",
    "proposing",
    "receipts",
    "saved",
    "statements",
    "workspace",
]
