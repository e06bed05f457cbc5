"""Webhooks 事件推送: addresses of organisations that are told of events, signed, until they have answered."""
