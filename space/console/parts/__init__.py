"""What pages are put together from; none of it knows what it shows."""
