"""eal.vendors.callrail.webhooks: the signature, and parsed calls."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.table.item import dump
from eal.domain.integrations.scheme import SignedRequest
from eal.vendors.callrail.webhooks import MAX_TRANSCRIPT_BYTES, is_signed, parse_call

if TYPE_CHECKING:
    from eal.domain.calls.model import Facts, Snapshot

AT = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
KEY = "072e77e426f92738a72fe23c4d1953b4"
BODY = b'{"resource_id":"CAL0194","customer_name":"Zo\xc3\xab \\u0026 Co","duration":"15","answered":"false"}'
# Computed with SHA-1 and HMAC written out from FIPS 180-4 and RFC 2104, checked against RFC 2202.
GOLDEN = "dB4Tv8g5/u9niZk+aaFU9jXjfzU="

# A real post-call of 2022 with its numbers replaced (vendors.md, 1.3), shortened.
RECORDED = b"""
{"answered":false,"business_phone_number":"+15550100001","call_type":"abandoned","company_id":422000001,
"company_name":"Acme Restoration","company_time_zone":"America/Detroit","created_at":"2022-12-13T16:54:58.563-05:00",
"customer_city":"Laguna Beach","customer_country":"US","customer_name":"Laguna Beach Ca",
"customer_phone_number":"+15550100002","customer_state":"CA","device_type":"","direction":"inbound","duration":"15",
"first_call":false,"formatted_call_type":"Abandoned Call","formatted_duration":"(abandoned)","prior_calls":1,
"good_lead_call_id":"","lead_status":"","note":"","recording":"","recording_duration":"","source":"Unknown Source",
"source_name":"Website Pool","start_time":"2022-12-13T16:54:53.505-05:00","tags":["goodtag"],"detail_tags":[],
"total_calls":2,"tracking_phone_number":"+15550100003","transcription":"","value":"","voicemail":false,"keywords":"",
"medium":"","referring_url":"","landing_page_url":"","milestones":{"first_touch":{"source":"Unknown Source"}},
"conversational_transcript":"","utm_source":"","gclid":"","integration_data":[{"integration":"Webhooks","data":null}],
"call_highlights":[],"agent_email":"","campaign":"","spam":false,"callercity":"Laguna Beach","callercountry":"US",
"callername":"Laguna Beach Ca","callernum":"+15550100002","callerstate":"CA","callsource":"keyword",
"datetime":"2022-12-13 21:54:53","destinationnum":"+15550100001","landingpage":"","referrer":"","referrermedium":"",
"score":"","tag":"","trackingnum":"+15550100003","timestamp":"2022-12-13T16:54:53.505-05:00",
"person_resource_id":"PER104f","resource_id":"CAL09c8","company_resource_id":"COMdcdc","tracker_resource_id":"TRKe19c"}
"""


def snapshot(kind: str, body: dict[str, Any] | bytes) -> Snapshot:
    raw = body if isinstance(body, bytes) else json.dumps({"resource_id": "CAL1", **body}).encode()
    found = parse_call(kind, raw, AT)
    assert found is not None
    return found


def facts(kind: str, body: dict[str, Any]) -> Facts:
    return snapshot(kind, body).facts


def test_the_golden_vector_is_signed() -> None:
    assert is_signed(SignedRequest({"signature": GOLDEN}, BODY), [KEY])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"signature": ""},
        {"signature": GOLDEN[:-1]},
        {"signature": GOLDEN.lower()},
        {"signature": "\ud800"},
        {"x-signature": GOLDEN},
    ],
)
def test_any_other_header_is_not_a_signature(headers: dict[str, str]) -> None:
    assert not is_signed(SignedRequest(headers, BODY), [KEY])


def test_a_changed_byte_another_key_or_no_key_is_not_signed() -> None:
    assert not is_signed(SignedRequest({"signature": GOLDEN}, BODY + b" "), [KEY])
    assert not is_signed(SignedRequest({"signature": GOLDEN}, BODY), [KEY + "0"])
    assert not is_signed(
        SignedRequest({"signature": GOLDEN}, BODY), [base64.b64encode(KEY.encode()).decode()]
    )
    assert not is_signed(SignedRequest({"signature": GOLDEN}, BODY), [])


@given(st.binary(max_size=200), st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=4), st.data())
def test_any_of_several_secrets_may_sign(body: bytes, secrets: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(secrets))
    sent = base64.b64encode(hmac.digest(chosen.encode(), body, hashlib.sha1)).decode()

    assert is_signed(SignedRequest({"signature": sent}, body), secrets)


def test_the_recorded_post_call_is_parsed_completely() -> None:
    found = snapshot("post-call", RECORDED)

    assert (found.vendor, found.vendor_call_id, found.rank, found.ended) == ("callrail", "CAL09c8", 3, True)
    assert found.transcript is None
    assert found.facts.known() == {
        "direction": "inbound",
        "answered": False,
        "voicemail": False,
        "caller_number": "+15550100002",
        "caller_name": "Laguna Beach Ca",
        "caller_city": "Laguna Beach",
        "caller_state": "CA",
        "caller_country": "US",
        "tracking_number": "+15550100003",
        "destination_number": "+15550100001",
        "started_at": datetime(2022, 12, 13, 21, 54, 53, 505000, UTC),
        "duration_seconds": 15,
        "first_call": False,
        "source_name": "Website Pool",
        "tags": ("goodtag",),
        "spam": False,
        "company_id": "COMdcdc",
        "tracker_id": "TRKe19c",
        "attribution.source": "Unknown Source",
    }


def test_empty_values_are_absent_and_texts_are_converted() -> None:
    said = facts(
        "post-call",
        {
            "answered": "true",
            "voicemail": "",
            "duration": "94",
            "spam": "false",
            "note": "",
            "value": "$1,250.50",
        },
    )

    assert said.known() == {"answered": True, "duration_seconds": 94, "spam": False, "value_cents": 125050}


@pytest.mark.parametrize("value", ["", "--", "NaN", "-3", "1e999999", "Infinity", [], {}, True, None])
def test_an_invalid_number_is_absent(value: object) -> None:
    assert facts("post-call", {"duration": value, "value": value}).known() == {}


def test_older_names_are_read_if_newer_ones_are_empty() -> None:
    said = facts(
        "post-call",
        {
            "customer_phone_number": "",
            "callernum": "(555) 010-0002",
            "callername": "Dana Reyes",
            "trackingnum": "5550100003",
            "datetime": "2022-12-13 21:54:53",
            "landingpage": "https://example.com/",
            "tag": "water, urgent",
        },
    )

    assert said.known() == {
        "caller_number": "+15550100002",
        "caller_name": "Dana Reyes",
        "tracking_number": "+15550100003",
        "started_at": datetime(2022, 12, 13, 21, 54, 53, tzinfo=UTC),
        "tags": ("water", "urgent"),
        "attribution.landing_page_url": "https://example.com/",
    }


def test_a_repeated_key_has_its_last_value_that_is_not_empty() -> None:
    raw = b'{"resource_id": "CAL1", "note": "first", "note": "second", "duration": "5", "duration": ""}'

    said = snapshot("post-call", raw).facts

    assert (said.note, said.duration_seconds) == ("second", 5)


@pytest.mark.parametrize("kind", ["pre-call", "routing-complete"])
def test_before_the_end_of_a_call_there_is_no_outcome(kind: str) -> None:
    found = snapshot(kind, {"answered": False, "call_type": "missed", "duration": 0, "voicemail": False})

    assert not found.ended
    assert found.facts.known() == {}


@pytest.mark.parametrize(
    ("kind", "body", "rank"),
    [
        ("pre-call", {}, 1),
        ("routing-complete", {}, 2),
        ("post-call", {}, 3),
        ("outbound-post-call", {}, 3),
        ("call-modified", {}, 3),
        ("outbound-call-modified", {}, 3),
        ("call-modified", {"changes": ["tags"]}, 4),
        ("post-call", {"changes": ["tags"]}, 4),
        ("pre-call", {"changes": ["tags"]}, 4),
        ("post-call", {"changes": []}, 3),
        ("pre-call", {"transcription": "Caller: hello"}, 3),
        ("text-message", {"call_type": "missed"}, 3),
        ("form-submission", {"duration": "3"}, 3),
    ],
)
def test_the_body_takes_precedence_over_the_address(kind: str, body: dict[str, Any], rank: int) -> None:
    assert snapshot(kind, body).rank == rank


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("form-submission", {"resource_id": "FRM1"}),
        ("post-call", {"resource_id": "FRM1", "form_data": {"name": "x"}}),
        ("text-message", {"resource_id": "SCI1", "content": "hi"}),
        ("post-call", {"resource_id": "SCI1", "message_type": "sms"}),
    ],
)
def test_forms_and_text_messages_are_not_calls(kind: str, body: dict[str, Any]) -> None:
    assert parse_call(kind, json.dumps(body).encode(), AT) is None


def test_an_outbound_call_is_recognised_by_any_of_its_members() -> None:
    assert facts("post-call", {"direction": "outbound"}).direction == "outbound"
    assert facts("post-call", {"call_type": "outbound"}).direction == "outbound"
    assert facts("outbound-call-modified", {}).direction == "outbound"
    assert facts("outbound-post-call", {"direction": "inbound"}).direction == "inbound"
    assert facts("post-call", {}).direction is None


def test_the_older_id_replaces_the_id_and_a_body_without_either_is_rejected() -> None:
    assert snapshot("post-call", b'{"id": 7261945}').vendor_call_id == "7261945"
    for raw in (b'{"resource_id": ""}', b"[]", b"{", b"\xff"):
        with pytest.raises(ValueError):
            parse_call("post-call", raw, AT)


@pytest.mark.parametrize("number", ["+266696687", "+86282452253", "anonymous", "Restricted", ""])
def test_a_withheld_number_is_absent(number: str) -> None:
    assert facts("post-call", {"customer_phone_number": number}).caller_number is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"transcription": "Agent: hello\nCaller: hi"}, "Agent: hello\nCaller: hi"),
        ({"transcription": "hello hi", "conversational_transcript": ""}, "hello hi"),
        ({"transcription": "hello", "conversational_transcript": "Agent: hello"}, "Agent: hello"),
        (
            {
                "conversational_transcript": [
                    {"speaker": "Agent", "phrase": "hello\nthere"},
                    {"text": "hi"},
                    "x",
                    3,
                ]
            },
            "Agent: hello there\nhi\nx",
        ),
        ({"transcription": None, "conversational_transcript": None}, None),
    ],
)
def test_the_transcript_is_read_from_either_member(body: dict[str, Any], text: str | None) -> None:
    assert snapshot("post-call", body).transcript == text


def test_a_transcript_larger_than_an_item_is_truncated() -> None:
    found = snapshot("post-call", {"transcription": "é" * 400_000})

    assert found.transcript is not None
    assert len(found.transcript.encode()) <= MAX_TRANSCRIPT_BYTES


def test_a_recording_has_an_https_address() -> None:
    assert facts("post-call", {"recording": "javascript:alert(1)"}).recording_url is None
    assert facts("post-call", {"recording": "https://r.example.com/1?access_key=k"}).recording_url is not None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from(["pre-call", "post-call", "call-modified", "outbound-post-call", "text-message"]),
    st.dictionaries(st.sampled_from(sorted(json.loads(RECORDED))), _JSON, max_size=8),
)
def test_any_values_are_parsed_or_raise_value_error(kind: str, body: dict[str, Any]) -> None:
    try:
        found = parse_call(kind, json.dumps(body).encode(), AT)
    except ValueError:
        return
    if found:
        json.dumps(dump(found.facts)).encode()
