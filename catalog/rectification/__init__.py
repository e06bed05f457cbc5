"""Rectification 问题数据整改: faults grouped into cases, sent to their department, taken back and closed."""
