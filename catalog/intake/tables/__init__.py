"""Tables in files: where they lie, what is heading, body and foot, and how each is read again."""
