"""Digital contracts 数字合约: from the first draft through offers and three signatures to the archive."""
