"""An operator's own tables, views and templates inside the space, each under one grant."""
