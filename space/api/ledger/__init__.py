"""The ledger over HTTP: entries, what hangs on them, and what is counted of them."""
