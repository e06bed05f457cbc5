"""The ledger: what exists, who answers for it, in which version."""
