"""What the ledger must account for: systems and tables, and the lists of demand, duty and exclusion."""
