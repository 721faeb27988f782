"""Polling Google for reviews, because Google sends no webhook.

A location's list has the review that changed last first. A poll reads it back to the beginning of the poll before, so
most polls are one request for each location. Once a day, a full poll reads every list to its end. It finds reviews that
Google no longer shows, replies that were written or rejected there, and what a shorter poll missed because the list
changed between two of its pages.

A tenant's first poll is a full one, and ingests all reviews that there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from eal.core import clock, observe
from eal.core.transaction import until_committed
from eal.domain.integrations import store as integrations
from eal.domain.reviews import store as reviews
from eal.domain.reviews.model import merged
from eal.domain.reviews.store import REVIEWS, ReviewErased
from eal.vendors.google_business import client
from eal.vendors.google_business.client import Credentials, GoogleLocation
from eal.vendors.google_business.reviews import facts, reply_now
from eal.vendors.http import Busy, RequestBudgetSpent, VendorRefused
from eal.vendors.reconcile import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.domain.integrations.cursors import Cursor
    from eal.domain.integrations.model import Integration
    from eal.domain.integrations.reconciliation import Reconciliation
    from eal.domain.reviews.model import Review, ReviewFacts
    from eal.vendors.google_business.client import Profile
    from eal.vendors.loose_json import Body

MAX_REQUESTS_PER_RUN = 100
"""5,000 reviews. A location with more is ingested in several runs. No single run sees all of its reviews, so those that
Google no longer shows are not found."""
MAX_DURATION = timedelta(minutes=2)
"""Time after which a run requests no other page. One request may take a minute (eal.vendors.http), and the worker has
five."""
FULL_INTERVAL = timedelta(days=1)
LOOK_BACK = timedelta(days=1)
"""Google documents no time by which a change appears in a list. Reading a known review again costs no request."""
_BAD_REQUEST, _UNAUTHORIZED = 400, 401


def recover(due: Reconciliation, by: Caller, now: datetime) -> Cursor:
    """See `eal.vendors.reconcile.Recover`. An interrupted poll continues at its location and page.

    A location that Google refuses, such as one that is not verified, does not keep the others from being polled.
    """
    cursor = due.cursor
    began_at = cursor.began_at or now
    is_full = cursor.full_at is None or began_at - cursor.full_at >= FULL_INTERVAL
    profile = client.connect(by.mode, credentials_of(due.integration, by), budget=MAX_REQUESTS_PER_RUN)
    poll = _Poll(profile, by, now, None if is_full else cursor.through - LOOK_BACK)
    place, _, token = (cursor.place or "").partition(" ")
    left = [at for at in _locations(profile, due.integration) if at.location_id >= place]
    refusals: list[VendorRefused] = []
    for location in left:
        start = token if location.location_id == place else ""
        try:
            rest = poll.read(location, start or None)
        except VendorRefused as refused:
            if refused.status == _UNAUTHORIZED:
                raise
            if not (start and refused.status == _BAD_REQUEST):
                observe.logger.warning("location_refused", status_code=refused.status)
                refusals.append(refused)
                continue
            rest = ""  # Google does not accept the page's token any more
        if rest is not None:
            return cursor.interrupted(began_at, f"{location.location_id} {rest}")
    if refusals and len(refusals) == len(left):
        raise refusals[0]
    after = cursor.done(began_at)
    return replace(after, full_at=began_at) if is_full else after


def credentials_of(integration: Integration, by: Caller) -> Credentials:
    """The integration's credentials; test mode needs none.

    Raises: NotConfigured.
    """
    client_id = integration.settings.get("client_id")
    client_secret = integrations.secret_of(integration, "client_secret", by)
    refresh_token = integrations.secret_of(integration, "refresh_token", by)
    if by.mode == "live" and not (client_id and client_secret and refresh_token):
        raise NotConfigured("client_id, client_secret or refresh_token is missing")
    return Credentials(
        client_id=client_id or "", client_secret=client_secret or "", refresh_token=refresh_token or ""
    )


def _locations(profile: Profile, integration: Integration) -> Sequence[GoogleLocation]:
    """Raises: NotConfigured."""
    account_id = _id(integration, "account_id") or profile.only_account()
    if account_id is None:
        raise NotConfigured("account_id is missing, and the user does not have exactly one account")
    location_id = _id(integration, "location_id")
    return [GoogleLocation(account_id, location_id)] if location_id else profile.locations(account_id)


def _id(integration: Integration, name: str) -> str | None:
    """The setting, which may also be a resource name such as `locations/123`."""
    setting = integration.settings.get(name)
    return setting.rpartition("/")[2] or None if setting else None


@dataclass(slots=True)
class _Poll:
    """One run. `since` is None for a full poll, which compares the lists with all `stored` reviews."""

    profile: Profile
    by: Caller
    now: datetime
    since: datetime | None
    pages_read: int = 0
    stored: dict[str, Review] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.since is None:
            self.stored = {review.external_id: review for review in reviews.of_surface("google", self.by)}

    def read(self, location: GoogleLocation, page_token: str | None) -> str | None:
        """Ingest what the location's list has from a page on. None if that is all; otherwise where to continue."""
        seen: set[str] = set()
        token = page_token
        while True:
            if self._is_late():
                return token or ""
            try:
                page = self.profile.page(location, token)
            except (RequestBudgetSpent, Busy) as stopped:
                if isinstance(stopped, Busy) and not self.pages_read:
                    raise
                return token or ""
            self.pages_read += 1
            found = [facts(review, location, self.now) for review in page.reviews]
            for review, known in zip(page.reviews, found, strict=True):
                if known is None:
                    observe.count("reviews_unreadable")
                elif self._is_recent(known):
                    seen.add(known.external_id)
                    self._ingest(known, review)
            reached = any(known and not self._is_recent(known) for known in found)
            if reached or page.next_page is None or page.next_page == token:
                break
            token = page.next_page
        if self.since is None and page_token is None:
            self._find_deleted(location, seen)
        return None

    def _is_late(self) -> bool:
        return clock.now() - self.now > MAX_DURATION

    def _is_recent(self, known: ReviewFacts) -> bool:
        return self.since is None or known.edited_at is None or known.edited_at >= self.since

    def _ingest(self, known: ReviewFacts, listed: Body) -> None:
        stored = self.stored.get(known.external_id)
        if stored is None or merged(stored, known) is not stored:
            try:
                stored = self._commit(partial(_ingest, known))
            except ReviewErased:
                return
        if reply_now(stored, listed) != stored.reply:
            self._commit(partial(_record_reply, stored.id, listed))

    def _find_deleted(self, location: GoogleLocation, seen: set[str]) -> None:
        """Mark what the whole list lacks, if Google confirms it: the list may have changed between two pages. What is
        not confirmed now, the next full poll confirms."""
        for name, review in self.stored.items():
            is_missing = name not in seen and review.status == "received"
            if not (is_missing and client.is_review_of(name, location)):
                continue
            try:
                if self._is_late() or self.profile.has_review(name):
                    continue
            except (RequestBudgetSpent, Busy):
                return
            self._commit(partial(reviews.deleted_at_source, review.id))

    def _commit(self, change: Callable[[Caller], Review]) -> Review:
        """Make a change in a transaction of its own. Raises: Unavailable if others keep changing it."""

        def commit() -> Review:
            by = self.by.with_new_transaction()
            review = change(by)
            by.transaction.commit()
            return review

        return until_committed(commit)


def _ingest(known: ReviewFacts, by: Caller) -> Review:
    review, _ = reviews.ingest(known, by)
    return review


def _record_reply(review_id: str, listed: Body, by: Caller) -> Review:
    """Record the reply that Google shows. What is stored is read again: an index may lag behind a reply of ours."""
    review = REVIEWS.get(by.tenant, review_id)
    return reviews.record_reply(review_id, reply_now(review, listed), by)
