"""Settings, webhooks: endpoints, their secret once, test events, the delivery log and replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

OVERLAPS = (("0", "not at all"), ("3600", "1 hour"), ("86400", "24 hours"), ("604800", "7 days"))
ONLY = (("missing", "Events without a delivery"), ("failed", "Failed deliveries"), ("", "Every event"))
ENDPOINT_FIELDS = (
    Field("url", label="Endpoint address", hint="An https address that the internet can reach."),
    Field("description", hint="", widget="input"),
    Field("events", hint="The events to send to this endpoint."),
)


def _detail(values: Json) -> Json:
    subscribed = values["webhook"]["events"]
    if "*" not in subscribed:
        test = values["forms"]["testWebhook"].fields["type"]
        test.options = [option for option in test.options if option[0] in subscribed] or test.options
    deliveries = (values["deliveries"] or {}).get("data", [])
    waiting = values["waiting"] or {"data": [], "next_cursor": None}
    ended = [delivery for delivery in deliveries if delivery["status"] in ("succeeded", "failed")]
    return {
        "statuses": OPERATIONS["listWebhookDeliveries"].query["status"]["enum"],
        "failing": sum(bool(delivery["attempts"]) for delivery in waiting["data"]),
        "counts_all": waiting["next_cursor"] is None,
        "last_success": next(
            (delivery["updated_at"] for delivery in deliveries if delivery["status"] == "succeeded"), None
        ),
        "ended": len(ended),
        "succeeded": sum(delivery["status"] == "succeeded" for delivery in ended),
    }


REPLAY_FIELDS = (
    Field("since", label="From", hint=""),
    Field("until", label="Until", hint="Leave empty for the current time."),
    Field("only", label="What", hint="", widget="select", value="missing", options=ONLY),
)

PAGES = (
    Page(
        path="/settings/webhooks",
        title="Webhooks",
        template="webhooks/list.html",
        group="Settings",
        nav="Webhooks",
        icon="webhook",
        calls={"webhooks": Call("listWebhooks", query=("cursor",))},
    ),
    Page(
        path="/settings/webhooks/new",
        title="New webhook",
        template="form.html",
        under="/settings/webhooks",
        forms=(
            Form("createWebhook", ENDPOINT_FIELDS, submit="Create webhook", result="webhooks/secret.html"),
        ),
    ),
    Page(
        path="/settings/webhooks/event-types",
        title="Event types",
        template="webhooks/event_types.html",
        under="/settings/webhooks",
        calls={"types": Call("listEventTypes", query=("cursor",), fixed={"limit": "100"})},
    ),
    Page(
        path="/settings/webhooks/{webhook_id}",
        title="Webhook",
        template="webhooks/detail.html",
        under="/settings/webhooks",
        calls={
            "webhook": Call("getWebhook"),
            "deliveries": Call(
                "listWebhookDeliveries",
                query=("status", "event_type", "created_after", "created_before", "cursor"),
                fixed={"limit": "25"},
                optional=True,
            ),
            # Whatever the filter: a delivery that failed and is to be tried again is pending.
            "waiting": Call(
                "listWebhookDeliveries", fixed={"limit": "100", "status": "pending"}, optional=True
            ),
        },
        forms=(
            Form(
                "testWebhook",
                (Field("type", label="Event type", hint=""),),
                submit="Send test event",
                result="webhooks/tested.html",
            ),
            Form(
                "updateWebhook",
                (*ENDPOINT_FIELDS, Field("enabled", hint="A disabled endpoint receives nothing.")),
                submit="Save changes",
                done="The webhook was changed.",
                of="webhook",
            ),
            Form(
                "rotateWebhookSecret",
                (
                    Field(
                        "overlap_seconds",
                        label="The old secret keeps working for",
                        hint="",
                        widget="select",
                        options=OVERLAPS,
                    ),
                ),
                submit="Rotate secret",
                result="webhooks/secret.html",
            ),
            Form(
                "replayWebhook",
                REPLAY_FIELDS,
                name="countReplay",
                submit="Count deliveries",
                fixed={"dry_run": True},
                result="webhooks/replay_counted.html",
            ),
            Form(
                "replayWebhook",
                REPLAY_FIELDS,
                submit="Replay now",
                done="The replay has started. Its deliveries appear in the log.",
            ),
            Form(
                "deleteWebhook",
                submit="Delete webhook",
                done="The webhook was deleted.",
                then="/settings/webhooks",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
    Page(
        path="/settings/webhooks/{webhook_id}/deliveries/{delivery_id}",
        title="Delivery",
        template="webhooks/delivery.html",
        under="/settings/webhooks",
        calls={"delivery": Call("getWebhookDelivery"), "webhook": Call("getWebhook", optional=True)},
        forms=(
            Form(
                "retryWebhookDelivery", submit="Deliver again", done="The delivery will be tried again now."
            ),
        ),
    ),
)
