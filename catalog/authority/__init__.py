"""One authoritative source per item 一数一源: who answers for it, and what becomes of a second claim."""
