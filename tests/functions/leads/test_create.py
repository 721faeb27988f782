"""POST /v1/leads."""

import pytest

from tests.support.http import call
from tests.support.tenants import Tenant

LEAD = {
    "first_name": " Dana ",
    "last_name": "Reyes",
    "email": "Dana.Reyes@Example.com",
    "phones": ["(415) 555-0123"],
    "address": {"line1": "12 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94601"},
    "source": "web_form",
    "loss_type": "water",
    "attribution": {"utm_source": "google"},
}


def test_a_lead_is_stored_as_shown(tenant: Tenant) -> None:
    response = call("POST", "/v1/leads", key=tenant.write, json_body=LEAD)

    assert response.status == 201
    lead = response.json
    assert lead["first_name"] == "Dana"
    assert lead["email"] == "dana.reyes@example.com"
    assert lead["phones"] == ["+14155550123"]
    assert lead["address"]["country"] == "US"
    assert lead["status"] == "new"
    assert response.headers["ETag"] == '"1"'
    assert "salt" not in lead
    assert call("GET", f"/v1/leads/{lead['id']}", key=tenant.read).json == lead


def test_a_replacement_character_of_the_callers_own_is_kept(tenant: Tenant) -> None:
    body = '{"email": "a@example.com", "first_name": "Jos\ufffd"}'.encode()

    response = call("POST", "/v1/leads", key=tenant.write, body=body)

    assert (response.status, response.json["first_name"]) == (201, "Jos\ufffd")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": None, "phones": []}, ""),
        ({"email": "not an address"}, "/email"),
        ({"phones": ["12"]}, "/phones/0"),
        ({"source": "Web Form"}, "/source"),
        ({"loss_type": "earthquake"}, "/loss_type"),
        ({"address": {"line1": "x"}}, "/address/city"),
        ({"shoe_size": 44}, "/shoe_size"),
        ({"metadata": {"k": 1}}, "/metadata/k"),
        ({"first_name": "x" * 201}, "/first_name"),
        ({"notes": "\x00" * 20_000}, "/notes"),
        ({"notes": "a\x07b"}, "/notes"),
        ({"notes": "a\x85b"}, "/notes"),
        ({"first_name": "Da\nna"}, "/first_name"),
        ({"company": "a\x1b[31mb"}, "/company"),
        ({"source_detail": "a\tb"}, "/source_detail"),
        ({"assigned_to": "a\x7fb"}, "/assigned_to"),
        ({"attribution": {"utm_term": "a\x00b"}}, "/attribution/utm_term"),
        ({"metadata": {"k": "a\x00b"}}, "/metadata/k"),
        ({"notes": "水" * 9_000, "metadata": {f"k{n}": "水" * 500 for n in range(20)}}, ""),
    ],
)
def test_an_invalid_field_is_named_by_a_pointer(
    tenant: Tenant, change: dict[str, object], pointer: str
) -> None:
    response = call("POST", "/v1/leads", key=tenant.write, json_body={**LEAD, **change})

    assert (response.status, response.error) == (422, "validation_error")
    assert pointer in [field["pointer"] for field in response.json["error"]["details"]["fields"]]
    assert call("GET", "/v1/leads", key=tenant.read).json["data"] == []


@pytest.mark.parametrize("change", [{"address": "12 Elm St, Oakland"}, {"metadata": ["vip"]}])
def test_a_field_that_must_be_an_object_is_refused_in_words_of_json(
    tenant: Tenant, change: dict[str, object]
) -> None:
    response = call("POST", "/v1/leads", key=tenant.write, json_body=LEAD | change)

    (field,) = response.json["error"]["details"]["fields"]
    assert (response.status, field["message"]) == (422, "Must be an object.")


@pytest.mark.parametrize(
    ("metadata", "pointer", "message"),
    [
        (
            {"k" * 41: "v"},
            f"/metadata/{'k' * 41}",
            "This name is invalid: String should have at most 40 characters.",
        ),
        ({"[key]": 1}, "/metadata/[key]", "Input should be a valid string."),
    ],
)
def test_a_long_name_differs_from_a_wrong_value(
    tenant: Tenant, metadata: dict[str, object], pointer: str, message: str
) -> None:
    response = call("POST", "/v1/leads", key=tenant.write, json_body=LEAD | {"metadata": metadata})

    (field,) = response.json["error"]["details"]["fields"]
    assert (response.status, field["pointer"], field["message"]) == (422, pointer, message)


def test_long_texts_keep_their_lines(tenant: Tenant) -> None:
    texts = {"notes": "one\r\ntwo\tcolumns\rthree", "metadata": {"k": "one\ntwo"}}

    response = call("POST", "/v1/leads", key=tenant.write, json_body={**LEAD, **texts})

    assert response.status == 201
    assert (response.json["notes"], response.json["metadata"]) == (
        "one\ntwo\tcolumns\nthree",
        {"k": "one\ntwo"},
    )


def test_an_upsert_cannot_exceed_the_size_limit_of_a_new_lead(tenant: Tenant) -> None:
    call("POST", "/v1/leads", key=tenant.write, json_body={**LEAD, "notes": "水" * 9_000})
    more = {"email": LEAD["email"], "metadata": {f"k{n}": "水" * 500 for n in range(20)}}

    response = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=more)

    assert (response.status, response.error) == (422, "validation_error")
    assert "at most 49152 bytes" in response.json["error"]["message"]


def test_a_missing_field_is_named_in_the_message(tenant: Tenant) -> None:
    address = {"line1": "x", "state": "CA", "postal_code": "94601"}
    response = call("POST", "/v1/leads", key=tenant.write, json_body={**LEAD, "address": address})

    assert response.json["error"]["message"] == "Field 'address/city' is required"


@pytest.mark.parametrize(
    ("second", "matched_on"),
    [
        ({"email": "DANA.reyes@example.com"}, "email"),
        ({"phones": ["415-555-0123"]}, "phones"),
    ],
)
def test_a_duplicate_is_a_conflict_with_the_id_of_the_lead(
    tenant: Tenant, second: dict[str, object], matched_on: str
) -> None:
    first = call("POST", "/v1/leads", key=tenant.write, json_body=LEAD).json

    response = call("POST", "/v1/leads", key=tenant.write, json_body=second)

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["id"] == first["id"]
    assert response.json["error"]["details"]["matched_on"] == matched_on


def test_a_duplicate_can_be_returned(tenant: Tenant) -> None:
    first = call("POST", "/v1/leads", key=tenant.write, json_body=LEAD).json

    response = call(
        "POST", "/v1/leads?on_duplicate=return", key=tenant.write, json_body={"email": LEAD["email"]}
    )

    assert (response.status, response.json) == (200, first)


def test_an_upsert_loses_no_value(tenant: Tenant) -> None:
    first = call("POST", "/v1/leads", key=tenant.write, json_body={**LEAD, "notes": "Wet floor"}).json

    response = call(
        "POST",
        "/v1/leads?on_duplicate=update",
        key=tenant.write,
        json_body={
            "email": "dana@work.example.com",
            "phones": LEAD["phones"],
            "notes": "Ceiling too",
            "company": "R",
        },
    )

    assert response.status == 200
    lead = response.json
    assert (lead["id"], lead["version"]) == (first["id"], 2)
    assert lead["email"] == first["email"]
    assert lead["additional_emails"] == ["dana@work.example.com"]
    assert lead["notes"] == "Wet floor\n\nCeiling too"
    assert lead["company"] == "R"
    assert lead["first_name"] == "Dana"
    taken = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "dana@work.example.com"})
    assert taken.json["error"]["details"]["id"] == first["id"]


def test_a_replaced_value_becomes_a_line_of_the_notes(tenant: Tenant) -> None:
    own = {**LEAD, "company": "Old", "metadata": {"job": "1", "page": "a"}, "assigned_to": "Kim"}
    call("POST", "/v1/leads", key=tenant.write, json_body={**own, "notes": "Wet floor"})
    address = {"line1": "7 Oak Ave", "city": "Oakland", "state": "CA", "postal_code": "94602"}
    newer = {
        "email": LEAD["email"],
        "company": "New",
        "loss_type": "fire",
        "address": address,
        "metadata": {"job": "2"},
        "attribution": {"utm_source": "bing"},
        "assigned_to": "Sam",
        "notes": "Smoke\n\nin the attic",
    }

    first = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=newer).json
    again = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=newer).json

    assert (first["company"], first["loss_type"], first["assigned_to"]) == ("New", "fire", "Sam")
    assert (first["metadata"], first["attribution"]["utm_source"]) == ({"job": "2", "page": "a"}, "google")
    assert first["notes"].split("\n\n") == [
        "Wet floor",
        "Smoke",
        "in the attic",
        "Before: company: Old",
        "Before: address: 12 Elm St, Oakland, CA 94601, US",
        "Before: loss_type: water",
        "Before: assigned_to: Kim",
        "Before: metadata.job: 1",
        "Also given: attribution.utm_source: bing",
    ]
    assert again == first
    back = call(
        "POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body={**own, "loss_type": "fire"}
    ).json
    there_again = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=newer).json
    assert back["company"] == "Old"
    assert there_again["notes"].count("Before: company: Old") == 1


def test_many_visits_leave_room_in_the_notes(tenant: Tenant) -> None:
    for visit in range(12):
        page = {"gclid": f"{visit}", "landing_page": f"https://example.com/{visit}?{'a' * 1_800}"}
        body = {"email": LEAD["email"], "attribution": page}
        response = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=body)
        assert response.status in (200, 201)

    more = {"email": LEAD["email"], "notes": "The ceiling is coming down. " + "b" * 4_000}
    last = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=more)

    assert last.status == 200
    assert last.json["attribution"]["gclid"] == "0"
    assert "Also given: attribution.gclid: 1\n" in last.json["notes"]
    assert "The ceiling is coming down." in last.json["notes"]


@pytest.mark.parametrize("beginning", ["Before: ", "Also given: "])
def test_notes_of_a_person_count_for_the_score_even_if_they_look_like_a_kept_line(
    tenant: Tenant, beginning: str
) -> None:
    text = "our basement was flooded and water is still coming in, we need someone right now"
    scores = [
        call(
            "POST", "/v1/leads", key=tenant.write, json_body={"email": email, "notes": f"{start}{text}"}
        ).json["score"]
        for email, start in (("a@example.com", beginning), ("b@example.com", "Earlier: "))
    ]

    assert scores[0] == scores[1]


def test_a_value_is_not_replaced_if_the_notes_have_no_room_for_it(tenant: Tenant) -> None:
    own = {**LEAD, "company": "Old", "notes": "a" * 9_990}
    first = call("POST", "/v1/leads", key=tenant.write, json_body=own).json

    response = call(
        "POST",
        "/v1/leads?on_duplicate=update",
        key=tenant.write,
        json_body={"email": LEAD["email"], "company": "New"},
    )

    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/notes")
    assert call("GET", f"/v1/leads/{first['id']}", key=tenant.read).json == first


def test_kept_values_do_not_count_for_the_score(tenant: Tenant) -> None:
    body = {"email": LEAD["email"], "company": "Water is pouring through the ceiling right now"}
    first = call("POST", "/v1/leads", key=tenant.write, json_body=body).json

    after = call(
        "POST",
        "/v1/leads?on_duplicate=update",
        key=tenant.write,
        json_body={**body, "company": "Hillside"},
    ).json

    assert "pouring" in after["notes"]
    assert after["score"] == first["score"]


def test_a_repeated_form_adds_nothing(tenant: Tenant) -> None:
    form = {**LEAD, "notes": "Wet floor"}
    call("POST", "/v1/leads", key=tenant.write, json_body={**LEAD, "notes": "First call"})
    first = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=form)

    again = call("POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body=form)

    assert first.json["notes"] == "First call\n\nWet floor"
    assert again.json == first.json


def test_an_upsert_cannot_exceed_the_limits_of_a_lead(tenant: Tenant) -> None:
    call("POST", "/v1/leads", key=tenant.write, json_body={**LEAD, "notes": "a" * 9_000})

    response = call(
        "POST", "/v1/leads?on_duplicate=update", key=tenant.write, json_body={**LEAD, "notes": "b" * 9_000}
    )

    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/notes")


def test_other_tenants_and_modes_can_have_a_lead_with_the_same_contact(
    tenant: Tenant, stranger: Tenant
) -> None:
    for key in (tenant.write, tenant.test_admin, stranger.write):
        assert call("POST", "/v1/leads", key=key, json_body=LEAD).status == 201


def test_a_repeated_request_has_one_effect_and_one_response(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "form-17"}
    first = call("POST", "/v1/leads", key=tenant.write, json_body=LEAD, headers=headers)

    again = call("POST", "/v1/leads", key=tenant.write, json_body=LEAD, headers=headers)

    assert (again.status, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotent-Replayed" not in first.headers
    assert len(call("GET", "/v1/leads", key=tenant.read).json["data"]) == 1


def test_an_idempotency_key_with_another_request_is_refused(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "form-17"}
    call("POST", "/v1/leads", key=tenant.write, json_body=LEAD, headers=headers)

    response = call(
        "POST", "/v1/leads", key=tenant.write, json_body={**LEAD, "last_name": "Other"}, headers=headers
    )

    assert (response.status, response.error) == (422, "idempotency_mismatch")


def test_a_refused_request_does_not_use_up_its_idempotency_key(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "form-17"}
    assert call("POST", "/v1/leads", key=tenant.write, json_body={}, headers=headers).status == 422

    assert call("POST", "/v1/leads", key=tenant.write, json_body=LEAD, headers=headers).status == 201
