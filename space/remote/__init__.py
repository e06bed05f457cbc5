"""What the Python client and the PEP 249 driver speak to a space with; they are the two doors to it."""
