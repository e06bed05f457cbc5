"""Watching use 监测预警: alerts with cases and handlers, and data security incidents 数据安全事件."""
