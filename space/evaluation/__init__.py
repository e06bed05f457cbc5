"""Evaluation of use 评价, payment bound to results, and reports on data security from the ledger."""
