"""Reviews: what customers wrote, the answers to it, the figures of each month, and requests for reviews."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from eal_dashboard import forms
from eal_dashboard.charts import Bar
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from datetime import datetime

    from eal_dashboard.operations import Json

RANGES = ((3, "3 months"), (6, "6 months"), (12, "12 months"))
MAX_COLUMNS = 12
NEEDS_PERSON = 3
"""Stars, or fewer, whose response a person has to approve."""


def _list(values: Json) -> Json:
    query = OPERATIONS["listReviews"].query
    return {
        "surfaces": query["surface"]["enum"],
        "is_filtered": any(values["query"].get(name) for name in ("surface", "rating", "status")),
    }


def _detail(values: Json) -> Json:
    rating = values["review"]["rating"]
    return {"needs_person": rating is not None and rating <= NEEDS_PERSON}


def _stats(values: Json) -> Json:
    stats, now = values["stats"], values["now"]
    amounts: Counter[str] = Counter()
    for row in stats["by_month"]:
        amounts[row["month"]] += row["summary"]["reviews"]
    months = (_months(stats["since"], stats["until"]) or sorted(amounts))[-MAX_COLUMNS:]
    ranges = [(_month_before(now, number - 1), text) for number, text in RANGES]
    return {
        "ranges": ranges,
        "since": values["query"].get("since") or ranges[-1][0],
        "columns": [Bar(_short(month), amounts[month]) for month in months],
        "stars": [
            Bar(
                f"{number} star{'s' if number > 1 else ''}",
                stats["total"]["ratings"].get(str(number), 0),
                tone=3,
            )
            for number in range(5, 0, -1)
        ],
    }


def _months(since: str, until: str) -> list[str]:
    """All months of the range, those without a review included."""
    try:
        first, last = _number(since), _number(until)
    except ValueError:
        return []
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, min(last, first + 60) + 1)]


def _number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def _month_before(now: datetime, months: int) -> str:
    number = now.year * 12 + now.month - 1 - months
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _short(month: str) -> str:
    """`2026-04` becomes `Apr`."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    number = month.rpartition("-")[2]
    is_month = number.isdecimal() and 1 <= int(number) <= len(names)
    return names[int(number) - 1] if is_month else month


PAGES = (
    Page(
        path="/reviews",
        title="Reviews",
        template="reviews/list.html",
        group="Work",
        nav="Reviews",
        icon="reviews",
        calls={
            "reviews": Call(
                "listReviews", query=("surface", "rating", "status", "cursor"), fixed={"limit": "25"}
            )
        },
        prepare=_list,
    ),
    Page(
        path="/reviews/new",
        title="Add a review",
        template="form.html",
        under="/reviews",
        forms=(
            Form(
                "createReview",
                (
                    Field("surface", label="Where", hint=""),
                    Field("rating", label="Stars", hint="Leave empty if the review has none."),
                    Field("text", hint=""),
                    Field("author", hint="The name as it is shown there."),
                    Field("reviewed_at", label="Written on", hint=""),
                    Field(
                        "external_id",
                        label="ID",
                        hint="The ID or address of the review there. For Google, the resource name "
                        "(accounts/…/locations/…/reviews/…); otherwise replies cannot be posted.",
                        widget="input",
                    ),
                    Field("lead_id", label="Lead", hint="The ID of the customer's lead."),
                ),
                submit="Add review",
                done="The review was added.",
                then="/reviews/{id}",
            ),
        ),
    ),
    Page(
        path="/reviews/stats",
        title="Review figures",
        template="reviews/stats.html",
        under="/reviews",
        calls={"stats": Call("getReviewStats", query=("since", "until"))},
        prepare=_stats,
    ),
    Page(
        path="/reviews/requests",
        title="Review requests",
        template="reviews/requests.html",
        under="/reviews",
        calls={
            "requests": Call("listReviewRequests", query=("status", "email", "cursor"), fixed={"limit": "25"})
        },
        prepare=lambda _: {"statuses": OPERATIONS["listReviewRequests"].query["status"]["enum"]},
    ),
    Page(
        path="/reviews/requests/new",
        title="Ask for a review",
        template="reviews/request_new.html",
        under="/reviews",
        forms=(
            Form(
                "createReviewRequest",
                (
                    Field("name", hint="For the salutation."),
                    Field("email", hint=""),
                    Field(
                        "job_reference",
                        label="Job",
                        hint="Your number of the job. The customer does not see it.",
                    ),
                    Field("completed_at", label="Job completed on", hint=""),
                    Field("lead_id", label="Lead", hint="The ID of the customer's lead, if there is one."),
                ),
                submit="Send request",
                done="The e-mail is on its way.",
                then="/reviews/requests/{id}",
            ),
        ),
        prepare=lambda values: forms.prefill(
            values["forms"]["createReviewRequest"], values["query"], ("lead_id", "name", "email")
        ),
    ),
    Page(
        path="/reviews/requests/{request_id}",
        title="Review request",
        template="reviews/request.html",
        under="/reviews",
        calls={"request": Call("getReviewRequest")},
    ),
    Page(
        path="/reviews/{review_id}",
        title="Review",
        template="reviews/detail.html",
        under="/reviews",
        calls={"review": Call("getReview")},
        forms=(
            Form(
                "createContent",
                (Field("brief.review_id"), Field("brief.tone", hint="")),
                name="draftAnswer",
                submit="Draft an answer",
                done="The AI is writing. This page shows the answer as soon as it is ready.",
                then="/content/{id}",
                fixed={"type": "review_response"},
            ),
        ),
        prepare=_detail,
    ),
)
