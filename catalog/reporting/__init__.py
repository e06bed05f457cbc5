"""Figures of the ledger, each defined and counted from rows; the monthly report of departments."""
