"""Authorised operation over HTTP 授权运营: agreements, contracts, queries, receipts, money."""
