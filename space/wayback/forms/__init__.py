"""Forms 一表通: admitted, prefilled from the authoritative source, and filled by differences alone."""
