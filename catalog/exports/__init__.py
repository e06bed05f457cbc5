"""The ledger for others: DCAT-AP, the report package for the higher level."""
