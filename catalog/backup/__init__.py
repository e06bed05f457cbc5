"""Backup and restore 备份与恢复: a consistent copy of an installation while it serves, and the way back."""
