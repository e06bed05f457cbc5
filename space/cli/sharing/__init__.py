"""Commands of sharing between departments 共享."""
