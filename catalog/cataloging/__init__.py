"""Cataloguing 编目: how a contract becomes an entry, is returned, published, changed, withdrawn."""
