"""Commands of authorised operation 授权运营: agreements, contracts, queries, own tables."""
