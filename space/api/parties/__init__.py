"""Who takes part, over HTTP: organisations, people, accounts, machine clients, and acts of two."""
