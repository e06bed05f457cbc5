"""Notices 通知: what the people on duty are mailed: new alerts, incidents, and a daily digest of what is due.

A notice holds counts, days and identifiers of the ledger, never a value of the data. Programs are told by
webhooks (:mod:`space.webhooks`).
"""
