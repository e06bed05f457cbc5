"""Recall 召回: who holds the old version of a value, told of its correction, one by one."""
