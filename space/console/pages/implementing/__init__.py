"""The room of who authorises operation 授权实施: agreements, scenarios, use, yearly reviews, disclosures."""

from __future__ import annotations

from space.console.pages.implementing import agreement, disclosing, drafting, landing, reviewing

__all__ = ["agreement", "disclosing", "drafting", "landing", "reviewing"]
