"""Contract files: Open Data Contract Standard YAML into a contract and back."""
