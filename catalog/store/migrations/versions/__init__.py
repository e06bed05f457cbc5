"""The revisions: ``r0001_…`` is the shape of version 0.1.0, each later one says what it changes."""
