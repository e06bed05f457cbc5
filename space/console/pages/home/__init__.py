"""The first page 一本账: the ledger at a glance, what waits for its reader, the rows behind each number."""

from space.console.pages.home import first, rows

__all__ = ["first", "rows"]
