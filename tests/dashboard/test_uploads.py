"""Imports and photos: what the dashboard asks of the API, where a file goes, and what a person reads if it does not."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eal_dashboard import uploads
from eal_dashboard.pages import claims, lead_imports
from tests.dashboard.test_pages import HOSTILE
from tests.support.dashboard import BOUNDARY, SAME_ORIGIN, SCRIPT, signed_in
from tools.fixtures.dashboard import SESSION, examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import dashboard
    from tools.fixtures.dashboard import FakeApi, Received

ULID = "01kq09bekje6vbq5xe2b60xtww"
NEW = "/leads/imports/new"
IMPORT = f"/leads/imports/imp_{ULID}"
PHOTOS = f"/claims/clm_{ULID}/photos"
CSV = b'email,notes\r\ndana@example.com,"a \xc3\xa9\r\nb"\r\n\r\n--not the boundary\r\n'
LAMBDA_BYTES = 6_291_556
"""Maximum size of an event. API Gateway encodes a file in base64."""


class Put(NamedTuple):
    path: str
    headers: dict[str, str]
    content: bytes


class Bucket:
    """S3, as far as a presigned PUT sees it. A status of 0 closes the connection."""

    def __init__(self) -> None:
        self.puts: list[Put] = []
        self.status = 200
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                bucket.puts.append(Put(self.path, dict(self.headers.items()), content))
                if not bucket.status:
                    self.close_connection = True
                    return
                self.send_response(bucket.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def bucket(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    found = Bucket()
    monkeypatch.setenv("IMPORT_HOSTS", f"https://imports.example.com {found.host}")
    api.responses["importLeads"] = lambda _: created(
        "importLeads", f"{found.host}/imports/1?X-Amz-Signature=x"
    )
    yield found
    found.server.shutdown()
    found.server.server_close()


def created(operation: str, url: str) -> tuple[int, dict[str, Any]]:
    status, body = examples()[operation]
    return status, {**body, "upload": {**body["upload"], "url": url}}


def hidden(member: dashboard.Person, address: str, form: str) -> dict[str, str]:
    return member.get(address).hidden(form)


def post_import(member: dashboard.Person, file: bytes | None, **fields: str) -> dashboard.Page:
    return member.post_file(
        NEW, {**hidden(member, NEW, "importLeads"), "on_duplicate": "error", **fields}, file
    )


def test_without_a_script_the_dashboard_sends_the_file_on_byte_for_byte(api: FakeApi, bucket: Bucket) -> None:
    done = post_import(signed_in(), CSV, on_duplicate="return", dry_run="true")

    assert (done.status, done.location) == (303, f"{IMPORT}?done=importLeads")
    (sent,) = api.sent("importLeads")
    assert sent.body == {"format": "csv", "on_duplicate": "return", "dry_run": True}
    (put,) = bucket.puts
    assert put.content == CSV
    assert put.path == "/imports/1?X-Amz-Signature=x"
    assert put.headers["If-None-Match"] == "*"
    assert not {"Authorization", "Cookie", "X-EAL-Client-IP"} & put.headers.keys()


def test_a_script_learns_where_to_send_the_file(api: FakeApi, bucket: Bucket) -> None:
    member = signed_in()
    response = member.post(NEW, {**hidden(member, NEW, "importLeads"), "on_duplicate": "error"}, SCRIPT)

    assert response.status == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    found = json.loads(response.text)
    assert found.keys() == {"id", "upload", "next"}
    assert found["next"] == f"{IMPORT}?done=importLeads"
    assert found["upload"]["url"].startswith(bucket.host)
    assert bucket.puts == []


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (None, "Choose a file that is not empty."),
        (b"", "Choose a file that is not empty."),
        (b"x" * (uploads.MAX_POSTED_BYTES + 1), "Without JavaScript, a file has at most 4 MiB."),
    ],
)
def test_a_file_that_cannot_be_sent_is_refused_before_the_api_is_called(
    file: bytes | None, expected: str, api: FakeApi, bucket: Bucket
) -> None:
    shown = post_import(signed_in(), file)

    assert shown.status == 422
    assert expected in shown.words
    assert 'aria-invalid="true"' in shown.text
    assert (api.sent("importLeads"), bucket.puts) == ([], [])


def test_the_largest_posted_file_fits_into_an_event_of_lambda(api: FakeApi, bucket: Bucket) -> None:
    content = b"x" * uploads.MAX_POSTED_BYTES

    assert post_import(signed_in(), content).status == 303
    assert bucket.puts[0].content == content
    room_for_the_rest = 64 * 1024
    assert len(base64.b64encode(content)) + room_for_the_rest < LAMBDA_BYTES


@pytest.mark.parametrize(("status", "is_same_key"), [(0, True), (403, False), (500, False)])
def test_a_file_that_did_not_arrive_can_be_sent_again(
    status: int, is_same_key: bool, api: FakeApi, bucket: Bucket
) -> None:
    bucket.status = status
    member = signed_in()
    fields = hidden(member, NEW, "importLeads") | {"on_duplicate": "update"}
    shown = member.post_file(NEW, fields, CSV)

    assert shown.status == 503
    assert "The file did not arrive." in shown.words
    again = shown.hidden("importLeads")
    # The API repeats its response to the same key: the same import, which has no file yet.
    assert (again["_key"] == fields["_key"]) is is_same_key
    assert '<option value="update" selected>' in shown.text
    bucket.status = 200
    assert member.post_file(NEW, {**fields, **again}, CSV).status == 303


def test_a_file_that_the_bucket_has_already_was_sent_before(api: FakeApi, bucket: Bucket) -> None:
    bucket.status = 412

    assert post_import(signed_in(), CSV).status == 303


@pytest.mark.parametrize("host", ["http://127.0.0.1:1", "https://imports.example.com.evil.example.com"])
def test_a_file_goes_to_no_host_but_the_bucket(host: str, api: FakeApi, bucket: Bucket) -> None:
    api.responses["importLeads"] = lambda _: created("importLeads", f"{host}/x?{bucket.host}")
    with pytest.raises(ValueError, match="no bucket of ours"):
        uploads.send({"url": f"{host}/x", "headers": {}}, CSV)

    shown = post_import(signed_in(), CSV)
    assert shown.status == 500
    assert bucket.puts == []


def test_a_refusal_of_the_api_is_shown_and_returned_to_a_script(api: FakeApi, bucket: Bucket) -> None:
    message = "3 imports are unfinished, which is the limit."
    api.responses["importLeads"] = lambda _: (409, {"error": {"code": "conflict", "message": message}})
    member = signed_in()

    shown = post_import(member, CSV)
    assert (shown.status, bucket.puts) == (409, [])
    assert message in shown.words
    response = member.post(NEW, hidden(member, NEW, "importLeads"), SCRIPT)
    assert (response.status, json.loads(response.text)) == (409, {"message": message})


def test_a_script_gets_a_message_if_the_form_is_refused(api: FakeApi) -> None:
    member = signed_in()
    fields = hidden(member, PHOTOS, "createClaimPhoto")

    gone = member.post(PHOTOS, {**fields, "_form": "nothing"}, SCRIPT)
    assert (gone.status, json.loads(gone.text)["message"][:20]) == (404, "This form no longer ")
    moved = member.post(PHOTOS, {**fields, "_tenant": "org_1:test"}, SCRIPT)
    assert moved.status == 409
    assert "another organization or mode" in json.loads(moved.text)["message"]
    forbidden = signed_in("viewer").post(PHOTOS, fields, SCRIPT)
    assert (forbidden.status, api.sent("createClaimPhoto")) == (403, [])
    api.responses["createClaimPhoto"] = lambda _: (401, {"error": {"code": "unauthorized", "message": "No."}})
    ended = member.post(PHOTOS, declared("a.jpg") | fields, SCRIPT)
    assert ended.status == 401
    assert "Your session has ended." in json.loads(ended.text)["message"]
    assert "__Host-session" not in member.cookies


def test_a_form_with_a_file_of_another_site_is_refused(api: FakeApi) -> None:
    for site in ("cross-site", "same-site"):
        headers = {"accept": "application/json", "sec-fetch-site": site}
        assert signed_in().post(NEW, {"_form": "importLeads"}, headers).status == 403
    assert not api.requests


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no parts",
        f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="_form"\r\n\r\nimportLeads'.encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nx\r\n'.encode() * 2,
    ],
)
def test_a_malformed_form_is_no_form(body: bytes, api: FakeApi) -> None:
    assert post_body(body).status == 404
    assert not api.requests


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fake keeps nothing of a body
@given(body=st.binary(max_size=300))
def test_no_body_is_an_error_of_ours(body: bytes, api: FakeApi) -> None:
    framed = f"--{BOUNDARY}\r\n".encode() + body
    for raw in (body, framed):
        assert post_body(raw).status == 404


def post_body(body: bytes) -> dashboard.Page:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return signed_in()._send("POST", NEW, body, {"content-type": kind, **SAME_ORIGIN})


# ---------------------------------------------------------------- the progress of an import


def an_import(api: FakeApi, **changes: Any) -> dashboard.Page:
    status, body = examples()["getLeadImport"]
    api.responses["getLeadImport"] = lambda _: (status, {**body, "errors": [], "failed": 0, **changes})
    return signed_in().get(IMPORT)


def test_an_import_that_runs_is_followed_with_and_without_script(api: FakeApi) -> None:
    shown = an_import(api, status="running", total=1200, processed=400, ended_at=None)

    assert "400 of 1,200 rows are processed." in shown.words
    assert f'hx-get="{IMPORT}" hx-trigger="every 3s"' in shown.text
    assert f'<a href="{IMPORT}">Reload the page</a>' in shown.text
    assert '<progress max="1200" value="400"' in shown.text


@pytest.mark.parametrize(
    ("created_at", "expected", "is_followed"),
    [
        ("2099-01-01T00:00:00.000Z", "The file is on its way.", True),
        ("2026-01-01T00:00:00.000Z", "The file did not arrive within an hour.", False),
    ],
)
def test_an_import_without_a_file_is_followed_for_an_hour(
    created_at: str, expected: str, is_followed: bool, api: FakeApi
) -> None:
    shown = an_import(api, status="awaiting_upload", total=None, processed=0, created_at=created_at)

    assert expected in shown.words
    assert ("hx-trigger" in shown.text) is is_followed


def test_a_complete_import_shows_the_rows_that_failed_and_leads_to_the_leads(api: FakeApi) -> None:
    errors = [
        {"row": 3, "field": "email", "message": HOSTILE},
        {"row": 1017, "field": None, "message": "Has 2 fields, but the header has 3."},
    ]
    url = "https://imports.example.com/errors.csv?X-Amz-Signature=x"
    shown = an_import(
        api, status="completed", total=1200, processed=1200, failed=104, errors=errors, errors_url=url
    )

    assert "The import is complete. 104 of 1,200 rows failed." in shown.words
    assert "1,017 The whole row Has 2 fields" in shown.words
    assert HOSTILE in shown.words
    assert "<script>alert" not in shown.text
    assert "The table shows the first 2 errors." in shown.words
    assert "import it again with “Skip the row” for duplicates" in shown.words
    assert f'href="{url}"' in shown.text
    assert 'href="/leads"' in shown.text
    assert "hx-trigger" not in shown.text


def test_the_address_of_the_faults_runs_no_script(api: FakeApi) -> None:
    errors = [{"row": 1, "field": None, "message": "x"}]
    shown = an_import(api, status="completed", failed=1, errors=errors, errors_url="javascript:alert(1)")

    assert not re.search(r"""=["']?javascript:""", shown.text)


def test_a_failed_import_says_why(api: FakeApi) -> None:
    shown = an_import(api, status="failed", total=None, failure="Unknown columns in the header: colour.")

    assert "The import stopped. Unknown columns in the header: colour." in shown.words
    assert f'href="{NEW}"' in shown.text


def test_a_checked_file_changed_nothing(api: FakeApi) -> None:
    shown = an_import(api, status="completed", dry_run=True, created=7)

    assert "The file was checked. No lead was changed." in shown.words
    assert "Leads to create 7" in shown.words


def test_the_page_names_the_columns_and_offers_an_example(api: FakeApi) -> None:
    shown = signed_in().get(NEW)

    for names, _ in lead_imports.COLUMNS:
        for name in names:
            assert name in shown.words
    assert "At most 64 MiB and 100,000 rows" in shown.words
    (example,) = [path for path in shown.text.split('"') if path.startswith("/static/leads.")]
    response = signed_in().get(example)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text.startswith("first_name,")


# ---------------------------------------------------------------- photos


def declared(name: str, content: bytes = b"x" * 40) -> dict[str, str]:
    return {
        "filename": name,
        "content_type": "image/jpeg",
        "size_bytes": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
        "room": "Kitchen",
    }


@pytest.mark.parametrize(
    "name",
    [
        "IMG_2041.jpg",
        "<img src=x onerror=alert(1)>.jpg",
        '"><script>alert(1)</script>.jpg',
        "Küche 1 'é'.jpg",
    ],
)
def test_a_photo_is_declared_as_the_script_says(name: str, api: FakeApi) -> None:
    member = signed_in()
    fields = hidden(member, PHOTOS, "createClaimPhoto")
    response = member.post(PHOTOS, {**fields, **declared(name)}, SCRIPT)

    assert response.status == 200
    (sent,) = api.sent("createClaimPhoto")
    assert sent.body == {**declared(name), "size_bytes": 40}
    assert sent.headers["Idempotency-Key"] == fields["_key"]
    target = json.loads(response.text)["upload"]
    assert target == examples()["createClaimPhoto"][1]["upload"]


def test_the_gallery_shows_a_hostile_file_name_and_reason_as_text(api: FakeApi) -> None:
    status, page = examples()["listClaimPhotos"]
    photo = {**page["data"][0], "filename": HOSTILE, "caption": None, "status": "rejected", "reason": HOSTILE}
    api.responses["listClaimPhotos"] = lambda _: (status, {**page, "data": [photo]})
    shown = signed_in().get(PHOTOS)

    assert shown.words.count(HOSTILE) >= 2
    assert "<script>alert" not in shown.text
    assert 'data-status="rejected" data-reason="&lt;script&gt;' in shown.text


def test_a_rejection_for_programs_is_explained_to_a_person(api: FakeApi) -> None:
    changes = {"status": "rejected", "rejection": "wrong_type", "reason": "It lacks the content_type."}
    _, page = examples()["listClaimPhotos"]
    api.responses["listClaimPhotos"] = lambda _: (200, {**page, "data": [{**page["data"][0], **changes}]})
    api.responses["getClaimPhoto"] = lambda _: (200, {**examples()["getClaimPhoto"][1], **changes})

    for path in (PHOTOS, f"{PHOTOS}/photo_{ULID}"):
        assert "The file is not an image of the type that its name states." in signed_in().get(path).words


def test_a_refused_declaration_names_every_field(api: FakeApi) -> None:
    def refuse(_: Received) -> tuple[int, dict[str, Any]]:
        fields = [
            {"location": "body", "pointer": "/filename", "message": "Must end with .jpg or .jpeg."},
            {"location": "body", "pointer": "/room", "message": "Must have at most 100 characters."},
        ]
        return 422, {
            "error": {"code": "validation_error", "message": "Invalid.", "details": {"fields": fields}}
        }

    api.responses["createClaimPhoto"] = refuse
    member = signed_in()
    response = member.post(PHOTOS, hidden(member, PHOTOS, "createClaimPhoto") | declared("a.png"), SCRIPT)

    assert response.status == 422
    assert json.loads(response.text) == {
        "message": "Filename: Must end with .jpg or .jpeg. Room: Must have at most 100 characters."
    }


def test_a_size_that_is_no_number_is_refused(api: FakeApi) -> None:
    member = signed_in()
    fields = hidden(member, PHOTOS, "createClaimPhoto") | declared("a.jpg") | {"size_bytes": "large"}

    assert member.post(PHOTOS, fields, SCRIPT).status == 422
    assert not api.sent("createClaimPhoto")


def test_without_a_script_the_page_says_what_to_do_and_accepts_no_photo(api: FakeApi, bucket: Bucket) -> None:
    member = signed_in()
    page = member.get(PHOTOS)
    assert "<noscript><p>Adding photos here needs JavaScript" in page.text
    assert f"POST /claims/clm_{ULID}/photos" in page.words
    assert "data-declared hidden>" in page.text

    shown = member.post_file(PHOTOS, page.hidden("createClaimPhoto") | declared("a.jpg"), b"x" * 40, "a.jpg")
    assert shown.status == 422
    assert "This upload needs JavaScript." in shown.words
    assert (api.sent("createClaimPhoto"), bucket.puts) == ([], [])


@pytest.mark.parametrize(("status", "role"), [("closed", "owner"), ("open", "viewer")])
def test_who_cannot_add_photos_gets_no_form(status: str, role: str, api: FakeApi) -> None:
    code, body = examples()["getClaim"]
    api.responses["getClaim"] = lambda _: (code, {**body, "status": status})

    assert 'value="createClaimPhoto"' not in signed_in(role).get(PHOTOS).text


def test_the_form_has_the_limits_of_the_api(api: FakeApi) -> None:
    text = signed_in().get(PHOTOS).text

    assert f'data-max-bytes="{25 * 1024 * 1024}"' in text
    assert claims.MAX_PHOTO_BYTES == 25 * 1024 * 1024
    assert 'accept="image/jpeg,image/png,image/heic,.jpg,.jpeg,.png,.heic,.heif" multiple' in text
    assert SESSION["session"] not in text
