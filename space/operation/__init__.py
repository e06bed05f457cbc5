"""Authorised operation 授权运营: agreements, scenarios, what they allow, reviews, yearly disclosure."""
