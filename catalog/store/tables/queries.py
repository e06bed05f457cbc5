"""Tables of the room `queries`."""
