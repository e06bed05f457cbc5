"""Claims on authoritative items, and the conflicts the authority decides."""
