"""A folder of files into drafted contracts that a person confirms."""
