"""Threshold mode inside a worker: base figures counted, small and telling cells found, what stays rounded."""
