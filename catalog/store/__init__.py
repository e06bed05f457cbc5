"""The store of operational state: engine, transactions, and all tables of the system."""

from catalog.store.engine import create_store, open_store, reading, settle, writing, younger

__all__ = ["create_store", "open_store", "reading", "settle", "writing", "younger"]
