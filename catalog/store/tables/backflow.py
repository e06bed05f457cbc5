"""Tables of the room `backflow`."""
