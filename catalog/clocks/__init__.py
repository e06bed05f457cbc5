"""Clocks 时限 of duties under way: start, pause, extend, end; what is due and by whom."""
