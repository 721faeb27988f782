"""The dashboard's imports, and its pages against the operations of the API."""

import hashlib
import io

from eal_dashboard import assets
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Form, Page
from eal_dashboard.pages import PAGES, claims, lead_imports
from eal_dashboard.pages.calls import has_something_to_do
from eal_dashboard.pages.content import EDITABLE, STEPS
from eal_dashboard.pages.leads import MOVES
from tests.structure.checks import dashboard
from tests.structure.project import HERE, report

HTMX_SHA256 = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
"""SHA-256 of dist/htmx.min.js in the npm package htmx.org 4.0.1."""


def test_pages_fit_the_operations_of_the_api() -> None:
    report(dashboard.faults(HERE, PAGES))


def test_a_page_that_does_not_fit_is_reported() -> None:
    page = Page(
        "/broken/{lead_id}",
        "Broken",
        "missing.html",
        calls={
            "call": Call("getCall"),
            "post": Call("createLead"),
            "lead": Call("getLead", query=("colour",)),
        },
        forms=(
            Form("getLead"),
            Form("createApiKey", ("name", "colour"), of="nothing"),
            Form("createApiKey", ("name", "scopes"), done="Done."),
        ),
        under="/nowhere",
    )
    found = "\n".join(dashboard.faults(HERE, [*PAGES, page]))
    for expected in (
        "there is no template missing.html",
        "under /nowhere",
        "call needs 'call_id'",
        "post calls createLead, which is not a GET",
        "getLead has no parameter colour",
        "getLead sends getLead, which is not a change",
        "createApiKey has no field colour",
        "omits scopes",
        "is of nothing",
        "needs a sentence",
        "forms are called createApiKey",
    ):
        assert expected in found


def test_every_rule_of_the_style_sheet_is_closed() -> None:
    """A missing brace makes the rest of the file apply to a phone only, and no browser complains."""
    depth = 0
    for number, line in enumerate(assets.ASSETS["app.css"].content.decode().splitlines(), start=1):
        if line.startswith(("/*", "@media")):
            assert depth == 0, f"line {number}: what begins before is not closed"
        depth += line.count("{") - line.count("}")
    assert depth == 0


def test_htmx_is_the_published_file() -> None:
    assert hashlib.sha256(assets.ASSETS["htmx.min.js"].content).hexdigest() == HTMX_SHA256


def test_the_moves_of_a_lead_are_those_of_the_api() -> None:
    from eal.domain.leads import vocabulary

    assert {status: set(moves) for status, moves in MOVES.items()} == {
        status: set(moves) for status, moves in vocabulary.TRANSITIONS.items()
    }


def test_the_moves_of_content_are_those_of_the_api() -> None:
    from eal.domain.content import model

    destinations = {form.key: form.fixed.get("to") for page in PAGES for form in page.forms}
    assert {status: {destinations[name] for name in names} for status, names in STEPS.items()} == {
        status: set(moves) for status, moves in model.TRANSITIONS.items()
    }
    assert set(EDITABLE) == model.EDITABLE


def test_the_moves_of_a_claim_are_those_of_the_api() -> None:
    from eal.domain.claims import model

    assert model.TRANSITIONS == claims.MOVES


def test_the_dispatches_to_acknowledge_are_those_of_the_api() -> None:
    from eal.core import clock
    from eal.domain.dispatch import transitions
    from eal.domain.dispatch.model import DecidedBy, Dispatch

    for action in OPERATIONS["dispatchCall"].body["action"]["enum"]:
        for person in ("Ann", None):
            dispatch = Dispatch(
                action=action,  # type: ignore[arg-type]  # one of the document's
                assigned_to=person,
                decided_at=clock.now(),
                by=DecidedBy(type="worker", id="classify_call"),
            )
            expected = transitions.can_be_acknowledged(dispatch)
            assert has_something_to_do({"action": action, "assigned_to": person}) == expected


def test_the_limits_of_uploads_are_those_of_the_api() -> None:
    from eal.domain.claims.photos import model as photos
    from eal.domain.lead_imports import model as imports

    assert claims.PHOTO_TYPES == photos.EXTENSIONS
    assert claims.MAX_PHOTO_BYTES == photos.MAX_PHOTO_BYTES
    assert lead_imports.MAX_FILE_BYTES == imports.MAX_FILE_BYTES
    assert lead_imports.UPLOAD_WINDOW == imports.UPLOAD_WINDOW
    hints = [form.upload.hint for page in lead_imports.PAGES for form in page.forms if form.upload]
    assert f"{imports.MAX_ROWS:,} rows" in hints[0]


def test_the_columns_of_an_import_are_those_of_the_api_and_the_example_can_be_imported() -> None:
    from eal.domain.lead_imports import rows

    named = [name for names, _ in lead_imports.COLUMNS for name in names]
    known = (*rows._OWN, *rows._PHONES, *rows._ADDRESS, *rows._ATTRIBUTION, "metadata.<key>")
    assert sorted(named) == sorted(known)

    example = io.BytesIO(assets.ASSETS["leads.csv"].content)
    found = list(rows.read(example, "csv", after=0))
    assert [row.errors for row in found] == [(), ()]
    assert [row.contacts for row in found] == [2, 3]
