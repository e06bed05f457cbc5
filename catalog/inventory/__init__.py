"""Completeness 应编尽编: systems and tables, the three lists, the balance of a period."""
