"""Releases 发布: vault and protected tables in Delta, from intent to published version and retention."""
