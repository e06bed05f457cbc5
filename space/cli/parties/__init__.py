"""Commands about who takes part: people, accounts, machine clients, and who may do what."""
