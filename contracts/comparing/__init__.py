"""What changes between two contracts of one dataset."""
