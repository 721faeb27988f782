"""The export of corrections as an evaluation set: only with consent, redacted, and gone after an erasure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.functions.calls.test_correct import ingested, patch
from tests.functions.calls.test_create import CALL
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tools.evaluate import corrections
from tools.evaluate.sets import read_file
from tools.evaluate.tasks import classify_call

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tenants import Tenant

TRANSCRIPT = (
    "Agent: Summit Restoration.\n"
    "Caller: This is Zeb Quackenbush at 12 Elm Street, my number is 415 555 0134. The drain came up in the basement."
)


def share(tenant: Tenant, *, allowed: bool) -> None:
    body = {"settings": {"ai": {"enabled": True, "share_corrections": allowed}}}
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body)
    assert response.json["settings"]["ai"]["share_corrections"] is allowed


def corrected(tenant: Tenant, body: dict[str, Any], **changes: Any) -> str:
    call_id = ingested(tenant, caller_name="Zeb Quackenbush", transcript=TRANSCRIPT, **changes)
    assert patch(tenant, call_id, {**body, "note": "Mr Quackenbush"}).status == 200
    return call_id


def test_nothing_is_exported_without_consent(tenant: Tenant) -> None:
    corrected(tenant, {"intent": "sewage"})
    settings = call("GET", "/v1/organizations/me", key=tenant.read).json["settings"]
    assert settings["ai"]["share_corrections"] is False

    with pytest.raises(corrections.NotShared):
        list(corrections.items(tenant.id))

    share(tenant, allowed=True)
    assert len(list(corrections.items(tenant.id))) == 1
    share(tenant, allowed=False)
    with pytest.raises(corrections.NotShared):
        list(corrections.items(tenant.id))


def test_the_export_is_an_evaluation_set_without_personal_data(tenant: Tenant, tmp_path: Path) -> None:
    share(tenant, allowed=True)
    first = corrected(tenant, {"intent": "sewage", "qualified": None})
    second = corrected(tenant, {"urgency": "emergency"}, vendor_call_id="c-2")
    ingested(tenant, vendor_call_id="not-corrected")
    call("POST", "/v1/calls", key=tenant.test_admin, json_body=CALL)

    exported = list(corrections.items(tenant.id))

    text = "\n".join(json.dumps(item) for item in exported)
    assert [word for word in ("Quackenbush", "0134", "Elm Street", "key_") if word in text] == []
    assert [item["id"] for item in exported] == [first, second]
    assert exported[0]["labels"] == {"intent": "sewage", "qualified": None}
    assert exported[0]["answer"]["intent"] != ""
    path = tmp_path / "corrections.jsonl"
    path.write_text(text)
    read = read_file(path)
    answer = classify_call.ENGINES["embedded"]()
    lines = list(classify_call.report(read, [answer(item) for item in read]))
    assert [line.partition(":")[0] for line in lines if line[0] != " "] == ["intent", "urgency", "qualified"]


def test_withdrawn_and_erased_corrections_are_gone(tenant: Tenant, stranger: Tenant) -> None:
    share(tenant, allowed=True)
    share(stranger, allowed=True)
    withdrawn = corrected(tenant, {"intent": "sewage"})
    erased = corrected(tenant, {"intent": "sewage"}, vendor_call_id="c-2")
    corrected(stranger, {"intent": "mold"})

    patch(tenant, withdrawn, {"correction": None})
    call("DELETE", f"/v1/calls/{erased}", key=tenant.admin)
    Pipeline().run()

    assert list(corrections.items(tenant.id)) == []
