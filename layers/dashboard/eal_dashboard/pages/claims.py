"""Claims: the list, and a claim with its photos, notes, rooms, scope, checks and sign-offs, each at its own address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal_dashboard import forms
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page, Upload
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from eal_dashboard.forms import BoundForm
    from eal_dashboard.operations import Json

MOVES = {
    "open": ("closed",),
    "extracting": (),
    "ready_for_review": ("closed",),
    "in_review": ("closed",),
    "signed_off": ("closed",),
    "closed": ("open",),
}
"""Next statuses of each status, as in eal.domain.claims.model, which a test compares. The API decides."""
FILTERS = (
    "claim_number", "status", "carrier", "loss_type", "date_of_loss_after", "date_of_loss_before", "cursor",
)  # fmt: skip
CONFIDENCES = (("0.95", "95% or more"), ("0.9", "90% or more"), ("0.8", "80% or more"), ("0", "All"))
MAY_REOPEN = ("admin", "owner")
VALUES = ("activity", "description", "room", "quantity", "unit", "quantity_basis", "note")
CLAIM = Call("getClaim")
PHOTOS = Call("listClaimPhotos", fixed={"limit": "200"}, optional=True)
CHECKS = Call("getClaimChecks", optional=True)
PHOTO_TYPES = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/heic": (".heic", ".heif"),
}
"""Content types of photos with their extensions, as in eal.domain.claims.photos.model, which a test compares."""
REASONS = {"wrong_type": "The file is not an image of the type that its name states."}
"""Explanations of rejections whose reason in the API is for programs."""
MAX_PHOTO_BYTES = int(OPERATIONS["createClaimPhoto"].body["size_bytes"]["maximum"])
FIELDS = (
    "claim_number",
    "carrier",
    "policy_number",
    "loss_type",
    Field("date_of_loss", hint="Not in the future."),
    Field("water_category", hint="1 is clean, 3 is grossly contaminated."),
    Field("water_class", hint="1 is least, 4 is water bound deep in materials."),
    Field("insured.name", label="Policyholder"),
    Field("insured.phone", label="Their phone", hint=""),
    Field("insured.email", label="Their e-mail", hint=""),
    Field("address.line1", label="Loss address"),
    Field("address.line2", label="Address, second line"),
    "address.city",
    "address.state",
    "address.postal_code",
)
LINKS = (
    Field("lead_id", label="Lead", hint="The ID of a lead."),
    Field("call_id", label="Call", hint="The ID of a call."),
)
READING = (
    Field("reading.material", hint="Such as drywall or oak floor.", is_required=True),
    Field("reading.value", label="Reading", is_required=True),
    Field("reading.unit", value="%", hint="", is_required=True),
    Field("reading.dry_standard", hint="The same material, dry, elsewhere in the building."),
    Field("reading.place", hint="Such as the bathroom's east wall."),
    Field("reading.taken_at", label="Taken at", hint="Leave empty if unknown."),
)


def _list(_: Json) -> Json:
    query = OPERATIONS["listClaims"].query
    return {"statuses": query["status"]["enum"], "loss_types": query["loss_type"]["enum"]}


def _overview(values: Json) -> Json:
    claim = values["claim"]
    moves = MOVES.get(claim["status"], ())
    if claim["status"] == "closed" and values["member"].role not in MAY_REOPEN:
        moves = ()
    values["forms"]["transitionClaim"].fields["to"].options = [(move, label(move)) for move in moves]
    items = values["scope"]["data"] if values["scope"] else []
    findings = values["checks"]["data"] if values["checks"] else []
    return {
        "moves": moves,
        "undecided": sum(item["status"] == "proposed" for item in items),
        "items": len(items),
        "findings": len(findings),
        "blocking": sum(finding["level"] == "block" for finding in findings),
    }


def _photos(values: Json) -> Json:
    summaries = values["summaries"]["data"] if values["summaries"] else []
    return {"summary_of": {summary["photo_id"]: summary for summary in summaries}, "reasons": REASONS}


def _photo(values: Json) -> Json:
    photo_id = values["path"]["photo_id"]
    return {"summary": _photos(values)["summary_of"].get(photo_id), "reasons": REASONS}


def _notes(values: Json) -> Json:
    zone = values["member"].timezone
    notes = values["notes"]["data"]
    corrected = {note["corrects"]: note["id"] for note in notes if note["corrects"]}

    def correction(note: Json) -> BoundForm:
        bound_form = values["forms"]["correctNote" if note["kind"] == "note" else "correctReading"]
        return forms.of_row(bound_form, {"corrects": note["id"]}, note, "", zone)

    return {"rows_of_notes": [(note, corrected.get(note["id"]), correction(note)) for note in notes]}


def _rooms(values: Json) -> Json:
    bound_form, zone = values["forms"]["updateClaimRoom"], values["member"].timezone

    def correction(room: Json) -> BoundForm:
        measures = {name: room[name] for name in ("height", "pieces", "openings")}
        current = {"measures": measures, "reason": (room["correction"] or {}).get("reason")}
        return forms.of_row(bound_form, {"room_id": room["id"]}, current, f'"{room["version"]}"', zone)

    return {"rows_of_rooms": [(room, correction(room)) for room in values["rooms"]["data"]]}


def _scope(values: Json) -> Json:
    zone = values["member"].timezone
    findings = values["checks"]["data"] if values["checks"] else []

    def bound(name: str, item: Json) -> BoundForm:
        reason = item["decision"]["reason"] if name == "editItem" and item["status"] == "edited" else None
        current = {"values": {name: item[name] for name in VALUES}, "reason": reason}
        bound_form = values["forms"][name]
        return forms.of_row(bound_form, {"item_id": item["id"]}, current, f'"{item["version"]}"', zone)

    items = values["scope"]["data"]
    rooms = values["rooms"]["data"] if values["rooms"] else []
    return {
        "reviews": [
            {
                "item": item,
                "changed": [name for name in VALUES if item[name] != item["engine"][name]],
                "findings": [finding for finding in findings if item["id"] in finding["item_ids"]],
                "accept": bound("acceptItem", item),
                "edit": bound("editItem", item),
                "reject": bound("rejectItem", item),
            }
            for item in items
        ],
        "photo_of": {photo["id"]: photo for photo in values["photos"]["data"]} if values["photos"] else {},
        "rooms_named": sorted({str(room["name"]) for room in rooms}),
        "statuses": OPERATIONS["getClaimScope"].query["status"]["enum"],
        "undecided": sum(item["status"] == "proposed" for item in items),
    }


def _checks(values: Json) -> Json:
    items = values["scope"]["data"] if values["scope"] else []
    findings = sorted(values["checks"]["data"], key=lambda finding: finding["level"] != "block")
    return {"item_of": {item["id"]: item for item in items}, "findings": findings}


def _sign_off(values: Json) -> Json:
    items = values["scope"]["data"] if values["scope"] else []
    findings = values["checks"]["data"] if values["checks"] else []
    acknowledge = values["forms"]["signOffClaim"].fields["acknowledge"]
    return {
        "undecided": sum(item["status"] == "proposed" for item in items),
        "items": len(items),
        "blocking": [finding for finding in findings if finding["level"] == "block"],
        "warnings": sum(finding["level"] != "block" for finding in findings),
        "reasons": {row["check_id"]: row["reason"] for row in acknowledge.rows},
    }


def _first_record(records: Json) -> dict[str, str] | None:
    return {"record_id": records["data"][0]["id"]} if records["data"] else None


def _verify(values: Json) -> Json:
    """The sign-off of the address: the API lists them and has no operation for one."""
    wanted = values["path"]["sign_off_id"]
    found = next((sign_off for sign_off in values["sign_offs"]["data"] if sign_off["id"] == wanted), None)
    shown = {name: found[name] for name in ("id", "content_sha256", "bundle")} if found else {}
    return {
        "sign_off": found,
        "signed_json": json.dumps(shown),
        "proof_json": json.dumps(values["proof"]) if values["proof"] else "",
    }


def _tab(path: str, title: str, template: str, **members: object) -> Page:
    return Page(f"/claims/{{claim_id}}{path}", title, f"claims/{template}", under="/claims", **members)  # type: ignore[arg-type]


PAGES = (
    Page(
        path="/claims",
        title="Claims",
        template="claims/list.html",
        group="Work",
        nav="Claims",
        icon="claims",
        calls={"claims": Call("listClaims", query=FILTERS, fixed={"limit": "25"})},
        prepare=_list,
    ),
    Page(
        path="/claims/new",
        title="New claim",
        template="form.html",
        under="/claims",
        forms=(
            Form(
                "createClaim",
                (*FIELDS, *LINKS),
                submit="Open claim",
                done="The claim is open. Add photos and notes, then extract its scope.",
                then="/claims/{id}",
                whole=("insured", "address"),
            ),
        ),
        prepare=lambda values: forms.prefill(
            values["forms"]["createClaim"], values["query"], ("lead_id", "call_id", "insured.name")
        ),
    ),
    _tab(
        "",
        "Claim",
        "overview.html",
        calls={"claim": CLAIM, "scope": Call("getClaimScope", optional=True), "checks": CHECKS},
        forms=(
            Form("extractClaim", submit="Extract scope", done="The extraction has started."),
            Form(
                "transitionClaim",
                (
                    Field("to", label="Move to"),
                    Field("reason", hint="Required unless you close a claim that is signed off."),
                ),
                submit="Move claim",
                done="The claim was moved.",
                of="claim",
            ),
            Form(
                "updateClaim",
                (*FIELDS, "address.country", *LINKS),
                submit="Save changes",
                done="The claim was changed.",
                of="claim",
                whole=("insured", "address"),
            ),
            Form(
                "putLegalHold",
                (Field("reason", hint="Such as the name of the case."),),
                submit="Place legal hold",
                done="The claim is on legal hold.",
            ),
            Form("releaseLegalHold", submit="Release legal hold", done="The legal hold was released."),
            Form(
                "eraseClaim",
                submit="Erase claim",
                done="The claim was erased.",
                then="/claims",
                is_dangerous=True,
            ),
        ),
        prepare=_overview,
    ),
    _tab(
        "/photos",
        "Photos",
        "photos.html",
        calls={
            "claim": CLAIM,
            "photos": Call("listClaimPhotos", query=("cursor",), fixed={"limit": "60"}),
            "summaries": Call("getClaimPhotoSummaries", optional=True),
        },
        forms=(
            Form(
                "createClaimPhoto",
                (
                    *(
                        Field(name, widget="hidden")
                        for name in ("filename", "content_type", "size_bytes", "sha256")
                    ),
                    Field("room", hint="Of all these photos. You can add captions later."),
                ),
                submit="Upload",
                done="The photo was uploaded.",
                upload=Upload(
                    label="Photos",
                    hint=f"JPEG, PNG or HEIC, at most {MAX_PHOTO_BYTES // 1048576} MiB each.",
                    types=PHOTO_TYPES,
                    max_bytes=MAX_PHOTO_BYTES,
                    is_declared=True,
                ),
            ),
        ),
        prepare=_photos,
    ),
    _tab(
        "/photos/{photo_id}",
        "Photo",
        "photo.html",
        calls={
            "claim": CLAIM,
            "photo": Call("getClaimPhoto"),
            "summaries": Call("getClaimPhotoSummaries", optional=True),
        },
        forms=(
            Form(
                "updateClaimPhoto",
                (Field("caption", hint="The extraction reads it."), Field("room", hint="")),
                submit="Save",
                done="The photo was changed.",
                of="photo",
            ),
            Form(
                "deleteClaimPhoto",
                submit="Delete photo",
                done="The photo was deleted.",
                then="/claims/{claim_id}/photos",
                is_dangerous=True,
            ),
        ),
        prepare=_photo,
    ),
    _tab(
        "/notes",
        "Notes and readings",
        "notes.html",
        calls={
            "claim": CLAIM,
            "notes": Call("listClaimNotes", query=("kind", "cursor"), fixed={"limit": "100", "order": "asc"}),
        },
        forms=(
            Form(
                "createClaimNote",
                (
                    Field("text", label="Note", is_required=True),
                    Field("author", hint="Such as adjuster, technician or a name."),
                ),
                submit="Add note",
                done="The note was added.",
            ),
            Form(
                "createClaimNote",
                (*READING, Field("text", label="Remark"), Field("author", hint="")),
                name="createReading",
                submit="Add reading",
                done="The reading was added.",
                fixed={"kind": "moisture_reading"},
            ),
            Form(
                "createClaimNote",
                (
                    Field("corrects", widget="hidden"),
                    Field("text", label="Corrected note", is_required=True),
                    Field("author", hint=""),
                ),
                name="correctNote",
                submit="Add correction",
                done="The correction was added. The old note stays.",
            ),
            Form(
                "createClaimNote",
                (
                    Field("corrects", widget="hidden"),
                    *READING,
                    Field("text", label="Remark"),
                    Field("author", hint=""),
                ),
                name="correctReading",
                submit="Add correction",
                done="The correction was added. The old reading stays.",
                fixed={"kind": "moisture_reading"},
            ),
        ),
        prepare=_notes,
    ),
    _tab(
        "/rooms",
        "Rooms",
        "rooms.html",
        calls={"claim": CLAIM, "rooms": Call("getClaimRooms")},
        forms=(
            Form(
                "updateClaimRoom",
                (
                    Field(
                        "measures.height",
                        label="Height in feet",
                        hint="Leave empty for the engine's measure.",
                    ),
                    Field(
                        "measures.pieces",
                        label="Floor, in feet",
                        hint="Rectangles. The first is the main one.",
                    ),
                    Field("measures.openings", label="Openings, in feet", hint=""),
                    Field("reason", hint="Such as: measured by laser.", widget="input"),
                ),
                submit="Save measures",
                done="The measures were corrected. Areas and checks now use them.",
                then="/claims/{claim_id}/rooms#{id}",
            ),
        ),
        prepare=_rooms,
    ),
    _tab(
        "/scope",
        "Scope",
        "scope.html",
        calls={
            "claim": CLAIM,
            "scope": Call("getClaimScope", query=("status", "room")),
            "checks": CHECKS,
            "photos": PHOTOS,
            "rooms": Call("getClaimRooms", optional=True),
        },
        forms=(
            Form(
                "updateClaimScopeItem",
                name="acceptItem",
                submit="Accept",
                done="The item was accepted.",
                fixed={"status": "accepted"},
                then="/claims/{claim_id}/scope#{id}",
            ),
            Form(
                "updateClaimScopeItem",
                (
                    Field("values.activity", label="Work"),
                    Field("values.description", label="Material or object"),
                    Field("values.room", label="Room", hint=""),
                    Field("values.quantity", label="Quantity"),
                    Field(
                        "values.unit",
                        label="Unit",
                        options=tuple(
                            (unit, unit) for unit in ("SF", "LF", "SY", "SQ", "CF", "CY", "EA", "HR", "DAY")
                        ),
                    ),
                    Field("values.quantity_basis", label="Basis"),
                    Field("values.note", label="Note", widget="input"),
                    Field("reason", label="Why", widget="input"),
                ),
                name="editItem",
                submit="Save edit",
                done="The item was edited. The engine's value stays next to it.",
                fixed={"status": "edited"},
                then="/claims/{claim_id}/scope#{id}",
            ),
            Form(
                "updateClaimScopeItem",
                (Field("reason", label="Why is it wrong?", hint="", widget="input", is_required=True),),
                name="rejectItem",
                submit="Reject",
                done="The item was rejected.",
                fixed={"status": "rejected"},
                then="/claims/{claim_id}/scope#{id}",
            ),
            Form(
                "acceptClaimScopeItems",
                (
                    Field(
                        "min_confidence",
                        label="Confidence",
                        hint="",
                        widget="select",
                        value="0.9",
                        options=CONFIDENCES,
                    ),
                    Field("room", hint="Leave empty for all rooms."),
                ),
                submit="Accept undecided items",
                result="claims/accepted.html",
            ),
        ),
        prepare=_scope,
    ),
    _tab(
        "/checks",
        "Checks",
        "checks.html",
        calls={
            "claim": CLAIM,
            "checks": Call("getClaimChecks"),
            "scope": Call("getClaimScope", optional=True),
        },
        prepare=_checks,
    ),
    _tab(
        "/sign-off",
        "Sign-off",
        "sign_off.html",
        calls={
            "claim": CLAIM,
            "sign_offs": Call("listClaimSignOffs", query=("cursor",), fixed={"limit": "20"}),
            "checks": Call("getClaimChecks"),
            "scope": Call("getClaimScope"),
        },
        forms=(
            Form(
                "signOffClaim",
                (
                    Field("acknowledge", label="Findings"),
                    Field("signer", label="Your name", hint="The report shows it."),
                ),
                submit="Sign off",
                done="The claim is signed off. Its files are being written.",
            ),
        ),
        prepare=_sign_off,
    ),
    _tab(
        "/sign-offs/{sign_off_id}",
        "Verify sign-off",
        "verify.html",
        calls={
            "claim": CLAIM,
            "sign_offs": Call("listClaimSignOffs", fixed={"limit": "100"}),
            "records": Call(
                "listAuditLog",
                fixed={
                    "action": "claim_sign_off.bundled",
                    "resource_type": "claim_sign_off",
                    "resource_id": "{sign_off_id}",
                },
                optional=True,
            ),
            "proof": Call("getAuditProof", depends_on="records", targets=_first_record, optional=True),
        },
        prepare=_verify,
    ),
)
