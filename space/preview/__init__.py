"""What a dataset offers before any grant: its dictionary, its public bounds, rows nobody's data went into."""
