"""Tables of the room `forms`."""
