"""Lineage 血缘: which column comes from which, what is inherited on the way, what a change reaches."""
