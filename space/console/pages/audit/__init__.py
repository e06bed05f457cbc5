"""What auditors, and anybody else, can check: the evidence log, the watch, the yearly disclosure."""

from space.console.pages.audit import disclosure, entry, landing, watch

__all__ = ["disclosure", "entry", "landing", "watch"]
