"""Use of shared data as other platforms logged it."""
