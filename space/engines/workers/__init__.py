"""Workers: walled processes of their own that run one plan at a time, and the pool they wait in."""
