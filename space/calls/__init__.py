"""Paid calls: reserved before they run, answered once, with receipt, usage and evidence."""
