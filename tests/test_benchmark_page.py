"""The page of benchmarks: a room's table is replaced, what people wrote below it and the other rooms stay."""

from benchmarks.__main__ import HEADING, with_table

NEW = "Measured on 2026-11-21: 2 cores.\n\n| benchmark | ours |\n|---|---|\n| b | 2 ms |"
PAGE = f"""{HEADING}
## Search

Measured on 2026-01-01: 1 core.

| benchmark | ours |
|---|---|
| a | 1 ms |

Why it was missed.

Two paragraphs of it.

## Bulk

| benchmark | ours |
|---|---|
| c | 3 ms |
"""


def test_a_table_is_replaced_and_the_words_below_it_stay() -> None:
    page = with_table(PAGE, "search", NEW)
    assert "| a | 1 ms |" not in page
    assert "1 core" not in page
    assert page.index(NEW) < page.index("Why it was missed.\n\nTwo paragraphs of it.") < page.index("## Bulk")
    assert page.endswith(PAGE[PAGE.index("## Bulk") :])


def test_the_last_room_is_replaced_too_and_twice_is_as_once() -> None:
    page = with_table(PAGE, "bulk", NEW)
    assert "| c | 3 ms |" not in page
    assert page.endswith(NEW + "\n")
    assert with_table(page, "bulk", NEW) == page
    once = with_table(PAGE, "search", NEW)
    assert with_table(once, "search", NEW) == once


def test_a_new_room_comes_last() -> None:
    page = with_table(PAGE, "lineage", NEW)
    assert page.startswith(PAGE)
    assert page.endswith(f"## Lineage\n\n{NEW}\n")
