"""The query-set audit: what is kept of an answered block, and which former ones a new one meets."""
