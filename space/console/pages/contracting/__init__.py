"""Contracts 数字合约 in the rooms of operators and departments: negotiated, signed, performed."""

from __future__ import annotations

from space.console.pages.contracting import countering, drafting, listing, one

__all__ = ["countering", "drafting", "listing", "one"]
