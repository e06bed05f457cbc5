"""Use of shared data as other platforms logged it, without personal values."""
