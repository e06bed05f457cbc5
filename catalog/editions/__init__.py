"""Editions 账期版本: the ledger at the close of a period, signed, opened again, compared."""
