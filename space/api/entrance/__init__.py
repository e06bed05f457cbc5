"""What a request passes on its way in: its door, its size, whose it is, and whether it was sent before."""
