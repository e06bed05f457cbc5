"""Rows of an area flow back 数据回流: bodies, subscriptions, inbox, and one row looked up at its source."""
