"""Linking 挂接: what an entry is tied to, and whether that is alive."""
