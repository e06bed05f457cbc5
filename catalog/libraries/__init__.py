"""Basic databases 基础库, theme databases 主题库 and special-topic databases 专题库."""
