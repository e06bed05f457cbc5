"""Figures of the ledger with their definitions, and the monthly report."""
