"""How answers leave: their shapes, pages, forms, validators, and failures as problems."""
