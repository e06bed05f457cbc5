"""Column lineage of SQL that hides where columns come from: followed to the last column, or refused."""

from __future__ import annotations

import pytest

from catalog.lineage.sql import LineageError, origins

COLUMNS = {
    "s.a": ("id", "k", "v", "w", "t"),
    "s.b": ("id", "k", "x", "y"),
    "s.c": ("id", "k", "v", "w", "t"),
}

# SQL; sources of each output column; sources of the rows. Tables are written without their schema.
FOLLOWED = (
    ("SELECT id, x FROM s.a JOIN s.b USING (id)", {"id": "a.id b.id", "x": "b.x"}, "a.id b.id"),
    ("SELECT id FROM s.a FULL JOIN s.b USING (id)", {"id": "a.id b.id"}, "a.id b.id"),
    ("SELECT v, x FROM s.a NATURAL JOIN s.b", {"v": "a.v", "x": "b.x"}, "a.id a.k b.id b.k"),
    (
        "SELECT (SELECT max(b.x) FROM s.b b WHERE b.id = a.id) AS m FROM s.a a",
        {"m": "a.id b.id b.x"},
        "",
    ),
    (
        "SELECT v FROM s.a a WHERE EXISTS (SELECT 1 FROM s.b b WHERE b.id = a.id AND b.y > 1)",
        {"v": "a.v"},
        "a.id b.id b.y",
    ),
    (
        "SELECT l.z FROM s.a a, LATERAL (SELECT b.x + a.w AS z FROM s.b b WHERE b.id = a.id) l",
        {"z": "a.w b.x"},
        "a.id b.id",
    ),
    (
        "SELECT l.z FROM s.a a LEFT JOIN LATERAL (SELECT x AS z FROM s.b b WHERE b.k = a.k) l ON true",
        {"z": "b.x"},
        "a.k b.k",
    ),
    ("SELECT e FROM s.a a, unnest([a.v, a.w]) AS u(e)", {"e": "a.v a.w"}, "a.v a.w"),
    ("SELECT v FROM s.a QUALIFY row_number() OVER (PARTITION BY k ORDER BY w) = 1", {"v": "a.v"}, "a.k a.w"),
    (
        "SELECT sum(v) OVER (PARTITION BY k ORDER BY t ROWS 1 PRECEDING) AS r FROM s.a",
        {"r": "a.k a.t a.v"},
        "",
    ),
    ("SELECT sum(v) OVER f AS r FROM s.a WINDOW f AS (PARTITION BY k ORDER BY t)", {"r": "a.k a.t a.v"}, ""),
    ("SELECT CASE WHEN k = '1' THEN v ELSE w END AS c FROM s.a", {"c": "a.k a.v a.w"}, ""),
    ("SELECT p.f AS f FROM (SELECT {'f': v, 'g': w} AS p FROM s.a)", {"f": "a.v a.w"}, ""),
    (
        "SELECT * FROM s.a UNION ALL SELECT * FROM s.c",
        {n: f"a.{n} c.{n}" for n in COLUMNS["s.a"]},
        "",
    ),
    (
        "SELECT v, id FROM s.a UNION ALL BY NAME SELECT id, v FROM s.c",
        {"v": "a.v c.v", "id": "a.id c.id"},
        "",
    ),
    ("SELECT v FROM s.a UNION ALL SELECT x FROM s.b ORDER BY v", {"v": "a.v b.x"}, "a.v b.x"),
    (
        "SELECT id, v FROM s.a EXCEPT SELECT id, x FROM s.b",
        {"id": "a.id b.id", "v": "a.v b.x"},
        "a.id a.v b.id b.x",
    ),
    ("SELECT DISTINCT ON (k) v FROM s.a ORDER BY w", {"v": "a.v"}, "a.k a.w"),
    ("SELECT k, sum(v) AS s FROM s.a GROUP BY ALL", {"k": "a.k", "s": "a.v"}, "a.k"),
    ("SELECT v FROM s.a LIMIT (SELECT max(x) FROM s.b)", {"v": "a.v"}, "b.x"),
    (
        "WITH RECURSIVE r AS (SELECT id, k FROM s.a UNION ALL"
        " SELECT r.k, b.x FROM s.b b JOIN r ON b.k = r.id) SELECT id, k FROM r",
        {"id": "a.id a.k b.x", "k": "a.k b.x"},
        "a.id a.k b.k b.x",
    ),
    ("SELECT [q + w FOR q IN [v]] AS l FROM s.a", {"l": "a.v a.w"}, ""),
    ("SELECT list_transform([v], q -> q + w) AS l FROM s.a", {"l": "a.v a.w"}, ""),
    (
        "SELECT * REPLACE (v + w AS v) FROM (SELECT v, w FROM s.a)",
        {"v": "a.v a.w", "w": "a.w"},
        "",
    ),
)
REFUSED = (
    ("SELECT * FROM (SELECT k, t, v FROM s.a) PIVOT (sum(v) FOR t IN ('p', 'q'))", "PIVOT and UNPIVOT"),
    ("SELECT id, n, v FROM s.a UNPIVOT (v FOR n IN (w, t))", "PIVOT and UNPIVOT"),
    ("SELECT COLUMNS(*) FROM s.a", "COLUMNS"),
    ("SELECT min(COLUMNS('v|w')) FROM s.a", "COLUMNS"),
    ("SELECT k FROM s.a WHERE COLUMNS(*) > 1", "COLUMNS"),
    ("SELECT #2 AS p FROM s.a", "by their place"),
    ("SELECT a AS whole FROM s.a a", "whole rows"),
    ("SELECT * LIKE 'v%' FROM s.a", "a star"),
    ("SELECT p.* FROM (SELECT {'f': v} AS p FROM s.a)", "a star"),
    ("SELECT p FROM s.a AS z(p, q)", "the column p"),
    ("SELECT v FROM s.a UNION ALL SELECT x FROM s.b LIMIT (SELECT max(y) FROM s.b)", "a SELECT within LIMIT"),
    ("SELECT id, v FROM s.a UNION ALL SELECT id FROM s.b", "equally many columns"),
)


@pytest.mark.parametrize(("sql", "fields", "rows"), FOLLOWED)
def test_every_source_of_every_column_is_found(sql: str, fields: dict[str, str], rows: str) -> None:
    found = origins(sql, COLUMNS, "t.x")
    named = {name: {f"{o.dataset}.{o.field}" for o in all_} for name, all_ in found.fields.items()}
    assert named == {name: {f"s.{each}" for each in of.split()} for name, of in fields.items()}
    assert {f"{o.dataset}.{o.field}" for o in found.rows} == {f"s.{each}" for each in rows.split()}


@pytest.mark.parametrize(("sql", "why"), REFUSED)
def test_what_cannot_be_followed_is_refused_and_never_left_out(sql: str, why: str) -> None:
    with pytest.raises(LineageError, match=f"the SQL of t.x cannot be (followed|resolved): .*{why}"):
        origins(sql, COLUMNS, "t.x")
