"""Requests and grants 申请与授权: what is asked for, by which rules it is signed, what it takes."""
