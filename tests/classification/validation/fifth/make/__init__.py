"""Makes the fifth validation part: columns of invented systems, most of them sensitive."""
