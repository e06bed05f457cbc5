"""Tables of the room `identity`."""
