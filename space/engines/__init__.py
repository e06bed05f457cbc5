"""Engines run a checked plan: DuckDB in a sandboxed worker process of its own.

``pool`` keeps workers, ``worker`` is the process, ``walls`` what surrounds it, ``duckdb`` the hardened
engine; ``statements`` writes the SQL of a block, ``threshold`` and ``noise`` make its cells safe.
"""
