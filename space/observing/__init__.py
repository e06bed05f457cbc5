"""Observing 运行观测: what a running service tells those who run it: logs, metrics, traces, readiness.

Nothing here tells who asked for what: routes are templates, durations are classes, and no organisation,
person, query text, token or value of the data is named.
"""
