"""What entries are tied to, and every probe of it."""
