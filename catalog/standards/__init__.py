"""A city's own standards: their life cycle and how far contracts follow them."""
