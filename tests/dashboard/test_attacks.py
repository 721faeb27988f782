"""Attempts of an attacker: stored script, direct POSTs, other organizations' ids, and redirects to other hosts.

Forged and replayed sign-ins are in test_sign_in.py, forms of other sites and framing in test_security.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal_dashboard.operations import OPERATIONS, SCOPES
from eal_dashboard.page import filled
from eal_dashboard.pages import PAGES
from eal_dashboard.session import FRAME, SESSION, SignedInMember
from eal_dashboard.sign_in import safe_path
from tests.dashboard.test_pages import HOSTILE, hostile
from tests.support.dashboard import Person, signed_in
from tools.fixtures.dashboard import SESSION as RESPONSE
from tools.fixtures.dashboard import SESSION_TEXT, ULID, address, examples
from tools.fixtures.responses import full

if TYPE_CHECKING:
    from eal_dashboard.page import Form, Page
    from tests.support import dashboard
    from tools.fixtures.dashboard import FakeApi

FORMS = [(page, form) for page in PAGES for form in page.forms]
ACTIVE = re.compile(
    r"""(?:href|src|action|formaction|hx-[a-z]+)=["']?\s*(?:javascript|data|vbscript):""", re.I
)
TENANT = "org_01kq09bekje6vbq5xe2b60xtww:live"


def _name(value: object) -> str | None:
    return getattr(value, "key", None) or getattr(value, "path", None)


every_form = pytest.mark.parametrize(("page", "form"), FORMS, ids=_name)


def _sent(form: Form, **fields: Any) -> dict[str, Any]:
    """The fields of a direct POST, without the page that has the form."""
    operation = OPERATIONS[form.operation]
    targets = dict.fromkeys(re.findall(r"{(\w+)}", operation.path), f"x_{ULID}")
    values = {part.name: _value(operation.field(part.name)) for part in form.parts}
    return {
        "_form": form.key,
        "_tenant": TENANT,
        "_key": "k" * 32,
        "_etag": '"1"',
        **targets,
        **values,
        **fields,
    }


def _value(spec: Any) -> str:
    if spec.get("enum"):
        return str(spec["enum"][0])
    if spec["type"] in ("integer", "number"):
        return "1"
    return (
        "2026-04-24T12:00" if spec.get("format") == "date-time" else "" if spec["type"] == "object" else "x"
    )


def _is_clean(shown: dashboard.Page) -> bool:
    return "<script>alert" not in shown.text and not ACTIVE.search(shown.text)


# ---------------------------------------------------------------- stored and reflected script


@pytest.mark.parametrize("page", [page for page in PAGES if page.calls], ids=_name)
def test_no_stored_text_becomes_script_or_an_address_that_runs(page: Page, api: FakeApi) -> None:
    """An id or a time is the API's own; everything else can come from a tenant, a caller, a mail or a receiver."""
    for text in (HOSTILE, "javascript:alert(1)", " data:text/html,<script>alert(1)</script>"):
        for call in page.calls.values():
            response = full(call.operation, text)
            api.responses[call.operation] = lambda _, response=response: response  # type: ignore[misc]

        shown = signed_in().get(address(page))

        assert shown.status == 200
        assert _is_clean(shown)


def test_what_only_a_stranger_fills_is_shown_as_text(api: FakeApi) -> None:
    """Transcripts, mails and their files, answers of receivers, names and values of metadata: it is there, escaped."""
    for path, operation in (
        ("/calls/{call_id}", "getCall"),
        ("/outreach/replies/{reply_id}", "getReply"),
        ("/settings/webhooks/{webhook_id}/deliveries/{delivery_id}", "getWebhookDelivery"),
        ("/leads/{lead_id}", "getLead"),
    ):
        page = next(page for page in PAGES if page.path == path)
        for call in page.calls.values():
            response = full(call.operation, HOSTILE)
            api.responses[call.operation] = lambda _, response=response: response  # type: ignore[misc]

        text = signed_in().get(address(page)).text

        assert operation in {call.operation for call in page.calls.values()}
        assert text.count("&lt;script&gt;alert(1)") >= 2, path


@pytest.mark.parametrize(("page", "form"), [pair for pair in FORMS if pair[1].result], ids=_name)
def test_a_response_that_is_shown_once_is_text(page: Page, form: Form, api: FakeApi) -> None:
    response = full(form.operation, HOSTILE)
    api.responses[form.operation] = lambda _: response

    shown = signed_in().post(address(page), _sent(form))

    assert api.sent(form.operation) or shown.status == 422
    assert _is_clean(shown)


@every_form
def test_a_refusal_and_what_was_entered_are_text(page: Page, form: Form, api: FakeApi) -> None:
    """A message of the API can quote what somebody stored."""
    fields = [{"pointer": f"/{part.name.replace('.', '/')}", "message": HOSTILE} for part in form.parts]
    details = {"fields": [*fields, {"pointer": f"/{HOSTILE}", "message": HOSTILE}]}
    error = {"code": "validation_error", "message": HOSTILE, "details": details}
    api.responses[form.operation] = lambda _: (422, {"error": error})

    shown = signed_in().post(address(page), _sent(form) | {part.name: HOSTILE for part in form.parts})

    assert shown.status == 422
    assert _is_clean(shown)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_query_of_an_address_is_text(page: Page, api: FakeApi) -> None:
    query = urlencode(dict.fromkeys((*page.filters, "done", "why", "to"), HOSTILE))

    assert _is_clean(signed_in().get(f"{address(page)}?{query}"))


def test_names_of_members_and_organizations_are_text(api: FakeApi) -> None:
    member = SignedInMember.of(hostile(RESPONSE) | {"mode": "live"}, "UTC")
    shown = Person(
        {SESSION: SESSION_TEXT, FRAME: SignedInMember(**{**member.__dict__, "role": "owner"}).to_text()}
    ).get("/")

    assert shown.status == 200
    assert _is_clean(shown)


def test_the_sign_in_page_shows_nothing_of_its_address(api: FakeApi) -> None:
    for query in ({"why": HOSTILE}, {"to": f"/{HOSTILE}"}, {"why": "ended", "to": '/"onload=alert(1)'}):
        shown = Person().get(f"/sign-in?{urlencode(query)}")
        assert _is_clean(shown)
        assert not re.search(r"<[^>]*\sonload=", shown.text)


# ---------------------------------------------------------------- direct POSTs


@every_form
def test_a_direct_post_reaches_the_api_only_with_the_role_for_it(
    page: Page, form: Form, api: FakeApi
) -> None:
    too_low = [role for role in SCOPES if not OPERATIONS[form.operation].is_allowed(role)]

    assert {signed_in(role).post(address(page), _sent(form)).status for role in too_low} <= {403}
    assert api.requests == []
    assert signed_in("owner").post(address(page), _sent(form)).status != 403


def test_a_member_who_rewrites_the_own_role_is_refused_by_the_api(api: FakeApi) -> None:
    """The frame's cookie only says what a page shows. The session decides, at the API."""
    refusal = {"code": "insufficient_scope", "message": "This needs the scope admin."}
    api.responses["createApiKey"] = lambda _: (403, {"error": refusal})
    viewer = signed_in("viewer")
    viewer.cookies[FRAME] = signed_in("owner").cookies[FRAME]

    shown = viewer.post("/settings/api-keys/new", _create_key())

    assert shown.status == 403
    assert api.sent("createApiKey")[0].headers["Authorization"] == f"Bearer {SESSION_TEXT}"


def _create_key() -> dict[str, Any]:
    form = next(form for _, form in FORMS if form.operation == "createApiKey")
    return _sent(form, name="Website", scopes="read", mode="live")


@pytest.mark.parametrize("role", ["", "root", "Owner", "owner\x00"])
def test_a_role_that_does_not_exist_sees_nothing(role: str, api: FakeApi) -> None:
    assert signed_in(role).get("/leads").status == 403
    assert not api.requests


def test_a_form_of_another_page_is_not_sent(api: FakeApi) -> None:
    shown = signed_in().post(
        "/leads", {"_form": "removeMember", "_tenant": TENANT, "member_id": f"mem_{ULID}"}
    )

    assert shown.status in (404, 405)
    assert not api.requests


@every_form
def test_a_get_with_the_fields_of_a_form_changes_nothing(page: Page, form: Form, api: FakeApi) -> None:
    signed_in().get(f"{address(page)}?{urlencode(_sent(form))}")

    assert {OPERATIONS[request.operation].method for request in api.requests} <= {"GET"}


# ---------------------------------------------------------------- other organizations' ids


@every_form
def test_an_id_in_a_form_cannot_replace_the_one_in_the_address(page: Page, form: Form, api: FakeApi) -> None:
    other = dict.fromkeys(page.parameters, "other_organizations_id")
    signed_in().post(address(page), _sent(form) | other)

    for request in api.requests:
        assert "other_organizations_id" not in {request.path.get(name) for name in page.parameters}


@every_form
def test_an_id_in_a_form_cannot_lead_to_another_operation(page: Page, form: Form, api: FakeApi) -> None:
    targets = set(re.findall(r"{(\w+)}", OPERATIONS[form.operation].path)) - set(page.parameters)
    if not targets:
        return
    for value in ("../api-keys", "..", "a/b", "a?b=c", "a#b", "", "a b", "%2e%2e"):
        signed_in().post(address(page), _sent(form) | dict.fromkeys(targets, value))

    assert not api.sent(form.operation)


@every_form
def test_a_foreign_id_is_not_found(page: Page, form: Form, api: FakeApi) -> None:
    """The API answers 404, as for an id that nobody has."""
    api.responses[form.operation] = lambda _: (404, {"error": {"code": "not_found", "message": "Unknown."}})
    shown = signed_in().post(address(page), _sent(form))

    assert shown.status in (404, 422)


@given(value=st.text(max_size=40))
def test_only_an_id_fills_a_path(value: str) -> None:
    try:
        path = filled("/leads/{lead_id}/history", {"lead_id": value})
    except ValueError:
        return
    assert re.fullmatch(r"/leads/[A-Za-z0-9_.-]+/history", path)
    assert "/../" not in path


# ---------------------------------------------------------------- redirects and addresses


@given(path=st.text(max_size=60) | st.from_regex(r"[/\\\s]{1,4}[a-z.:@]{1,20}", fullmatch=True))
def test_a_path_to_return_to_stays_here(path: str) -> None:
    kept = safe_path(path)

    assert kept.startswith("/")
    assert kept[1:2] not in ("/", "\\")
    assert not re.search(r"[\x00-\x20\x7f\\]", kept)


@pytest.mark.parametrize(
    "to", ["//evil.example.com", "/\\evil.example.com", "https://evil.example.com", "/\t/evil"]
)
def test_a_switch_stays_here(to: str, api: FakeApi) -> None:
    assert signed_in().post("/switch", {"mode": "test", "to": to}).location == "/"


def test_an_address_that_begins_with_another_host_leads_nowhere(api: FakeApi) -> None:
    shown = Person().get("https://dashboard.example.com//evil.example.com/leads")

    assert shown.status == 404
    assert "location" not in shown.headers


def test_a_response_of_the_api_cannot_lead_to_another_host(api: FakeApi) -> None:
    for page, form in FORMS:
        status, body = examples()[form.operation]
        api.responses[form.operation] = lambda _, status=status, body=body: (  # type: ignore[misc]
            status,
            dict.fromkeys(body, "//evil.example.com"),
        )
        try:
            shown = signed_in().post(address(page), _sent(form))
        except ValueError:
            continue
        assert not shown.headers.get("location", "/").startswith(("//", "http"))


def test_the_host_of_a_request_decides_nothing(api: FakeApi) -> None:
    started = Person().post(
        "/sign-in", {"to": "/"}, {"sec-fetch-site": "same-origin", "host": "evil.example.com"}
    )

    assert "redirect_uri=https%3A%2F%2Fdashboard.example.com%2Fsigned-in" in started.location
    assert "evil" not in started.location


def test_the_address_of_a_person_is_what_api_gateway_saw(api: FakeApi) -> None:
    signed_in().get("/leads", x_forwarded_for="198.51.100.66", x_eal_client_ip="198.51.100.66")

    assert {request.headers["X-EAL-Client-IP"] for request in api.requests} == {"203.0.113.9"}
