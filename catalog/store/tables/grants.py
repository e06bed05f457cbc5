"""Tables of the room `grants`."""
