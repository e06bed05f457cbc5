"""From files and tables as departments send them to raw rows, and to drafted contracts."""
