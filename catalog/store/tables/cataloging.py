"""Acts on entries 编目, their returns, triggers of updates, and announcements of breaking changes."""
