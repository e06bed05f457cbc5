"""Commands of evaluations of use 评估."""
