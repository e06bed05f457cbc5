"""Notices 通知: what the people on duty are mailed: alerts, incidents, signatures, a daily digest of duties.

A notice holds counts, days and identifiers of the ledger, never a value of the data. Programs are told by
webhooks (:mod:`space.webhooks`).
"""
