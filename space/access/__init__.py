"""Access 权限: which door does which act, how organisations stand to each other, and who may pass."""
