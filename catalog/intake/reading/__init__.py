"""Files and tables as departments send them, read into columns of text with every line accounted for."""
