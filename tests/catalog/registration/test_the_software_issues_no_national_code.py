"""A code comes from outside with a proof, or there is none."""

from __future__ import annotations

import inspect
from datetime import date, timedelta

from sqlalchemy import select

from catalog.registration import coding, examining, filing, objections, rows
from catalog.registration.rulings import Kind
from catalog.store import writing
from catalog.store.tables.registration import registration_codes, registrations
from tests.catalog.registration.bureau import NOW, Bureau, at


def test_every_recorded_code_was_given_to_record_code_letter_by_letter(bureau: Bureau) -> None:
    given = {"NDR-36/0001.a", "Q_0001", "NDR-36/0002.a", "Q_0002"}
    with writing(bureau.engine) as connection:
        bureau.register(connection, "civil.people", code="NDR-36/0001.a", query_code="Q_0001")
        bureau.register(connection, "civil.homes", code="NDR-36/0002.a", query_code="Q_0002")
        stored = set(connection.execute(select(registration_codes.c.code)).scalars())
        shown = {
            text for row in connection.execute(select(registrations.c.code, registrations.c.query_code))
            for text in row
        }  # fmt: skip
    assert stored == shown == given


def test_no_registration_has_a_code_before_one_was_recorded_with_its_proof(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        assert rows.registration(connection, case.registration_id).code is None
        case = bureau.to_notice(connection, case, NOW)
        assert rows.registration(connection, case.registration_id).code is None
        assert not [each for each in rows.files_of(connection, case.id) if each["role"] == "proof"]
        bureau.code(connection, case)
        assert [each for each in rows.files_of(connection, case.id) if each["role"] == "proof"]


def test_no_later_step_changes_a_code(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        assert of.valid_until is not None
        for kind, day in (
            (Kind.CHANGE, at(date(2026, 9, 1))),
            (Kind.AMENDMENT, at(date(2026, 11, 2))),
            (Kind.RENEWAL, at(of.valid_until - timedelta(days=30))),
            (Kind.DEREGISTRATION, at(of.valid_until + timedelta(days=60))),
        ):
            more = {"ground": "lost"} if kind is Kind.DEREGISTRATION else {}
            case = bureau.about(connection, "civil.people", kind, day, **more)
            after = bureau.code(connection, bureau.to_notice(connection, case, day))
            assert (after.code, after.query_code) == (of.code, of.query_code)


def test_one_function_writes_codes_and_none_makes_them() -> None:
    """Rows of codes are inserted in one place, from what that place was given."""
    for module in (examining, filing, objections):
        assert "registration_codes" not in inspect.getsource(module)
    source = inspect.getsource(coding)
    assert source.count("insert(registration_codes)") == 1
    assert not {"random", "secrets", "uuid", "new_id"} & set(vars(coding))
