"""The APIs of Google Business Profile. Test mode sends no request.

Accounts, locations and reviews each have an API with a host of its own; one OAuth client is authorized for all of them.
Each API allows a Google Cloud project 300 requests per minute and answers others with 429 (Google's page "Quota
limits").

Sources: Google's reference pages of `accounts.list`, `accounts.locations.list`, `accounts.locations.reviews` and its
methods, and "Using OAuth 2.0 for Web Server Applications".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from urllib.parse import quote

from eal.core import settings
from eal.vendors import loose_json
from eal.vendors.http import VendorApi, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from eal.core.tenancy import Mode
    from eal.vendors.loose_json import Body

VENDOR: Final = "google_business"
ACCOUNTS = "https://mybusinessaccountmanagement.googleapis.com"
LOCATIONS = "https://mybusinessbusinessinformation.googleapis.com"
REVIEWS = "https://mybusiness.googleapis.com"
TOKENS = "https://oauth2.googleapis.com"
SECONDS_APART = 0.2
"""Pause between two requests of a process: 300 requests per minute."""
PAGE_REVIEWS = 50
PAGE_LOCATIONS = 100
"""The maxima of Google's lists."""
MAX_LOCATION_PAGES = 10
_MAX_PAGE_TOKEN_CHARACTERS = 2048
_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_REVIEW_NAME = re.compile(f"accounts/{_ID.pattern}/locations/{_ID.pattern}/reviews/{_ID.pattern}")
_BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND = 400, 401, 404


class GoogleLocation(NamedTuple):
    """A location of an account. An account and a location have ids of digits."""

    account_id: str
    location_id: str

    @property
    def name(self) -> str:
        return f"accounts/{self.account_id}/locations/{self.location_id}"


class GoogleReviewPage(NamedTuple):
    """Reviews of a location, the last changed first, and the token of the next page."""

    reviews: Sequence[Body]
    next_page: str | None


class Profile(Protocol):
    """The requests to Google. Raises the exceptions of `VendorApi.get`; `VendorRefused` with the status 401 means that
    Google accepts neither the access token nor the refresh token."""

    def only_account(self) -> str | None:
        """The user's account; None if the user has several or none."""
        ...

    def locations(self, account_id: str) -> Sequence[GoogleLocation]:
        """The account's locations, in the order of their ids."""
        ...

    def page(self, location: GoogleLocation, page_token: str | None) -> GoogleReviewPage:
        """The page of the location's reviews that the token names; the first one without a token."""
        ...

    def has_review(self, name: str) -> bool:
        """Whether the review exists."""
        ...

    def put_reply(self, name: str, text: str) -> None:
        """Reply to the review, or replace the reply. A repeated request changes nothing."""
        ...

    def delete_reply(self, name: str) -> None:
        """Delete the reply to the review, if there is one. A repeated request changes nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An OAuth client, and the refresh token that a user of the business profile gave to it."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(slots=True)
class GoogleBusiness:
    """`reviews_api` has the budget of requests. An access token is requested before the first request, and again if
    Google refuses it. It is valid for about an hour, longer than a worker runs."""

    credentials: Credentials
    tokens: VendorApi
    accounts_api: VendorApi
    locations_api: VendorApi
    reviews_api: VendorApi
    _authorization: str = field(default="", repr=False)

    def only_account(self) -> str | None:
        # Two show whether there are several.
        response = self._authorized(self.accounts_api, lambda api: api.get("/v1/accounts", {"pageSize": "2"}))
        ids = [
            account_id
            for account in loose_json.members(response, "accounts")
            if (account_id := _last_id(account))
        ]
        return ids[0] if len(ids) == 1 else None

    def locations(self, account_id: str) -> Sequence[GoogleLocation]:
        path = f"/v1/accounts/{quote(account_id, safe='')}/locations"
        pages = self._pages(self.locations_api, path, {"readMask": "name", "pageSize": str(PAGE_LOCATIONS)})
        listed = [
            location for page in pages for location in loose_json.members(page, "locations")[:PAGE_LOCATIONS]
        ]
        ids = {location_id for location in listed if (location_id := _last_id(location))}
        return [GoogleLocation(account_id, location_id) for location_id in sorted(ids)]

    def page(self, location: GoogleLocation, page_token: str | None) -> GoogleReviewPage:
        account_id, location_id = (quote(part, safe="") for part in location)
        path = f"/v4/accounts/{account_id}/locations/{location_id}/reviews"
        query = {"pageSize": str(PAGE_REVIEWS), "orderBy": "updateTime desc"}
        if page_token:
            query["pageToken"] = page_token
        response = self._authorized(self.reviews_api, lambda api: api.get(path, query))
        return GoogleReviewPage(loose_json.members(response, "reviews")[:PAGE_REVIEWS], _next_page(response))

    def has_review(self, name: str) -> bool:
        try:
            self._authorized(self.reviews_api, lambda api: api.get(f"/v4/{name}"))
        except VendorRefused as refused:
            if refused.status != _NOT_FOUND:
                raise
            return False
        return True

    def put_reply(self, name: str, text: str) -> None:
        self._authorized(self.reviews_api, lambda api: api.put(f"/v4/{name}/reply", {"comment": text}))

    def delete_reply(self, name: str) -> None:
        try:
            self._authorized(self.reviews_api, lambda api: api.delete(f"/v4/{name}/reply"))
        except VendorRefused as refused:
            if refused.status != _NOT_FOUND:
                raise

    def _pages(self, api: VendorApi, path: str, query: Mapping[str, str]) -> Iterator[Body]:
        token: str | None = ""
        for _ in range(MAX_LOCATION_PAGES):
            whole = {**query, **({"pageToken": token} if token else {})}
            response = self._authorized(api, partial(_get, path=path, query=whole))
            yield response
            token = _next_page(response)
            if token is None:
                return

    def _authorized[Result](self, api: VendorApi, request: Callable[[VendorApi], Result]) -> Result:
        """The result of a request with an access token, of which a refused one is replaced once."""
        if self._authorization:
            api.authorization = self._authorization
            try:
                return request(api)
            except VendorRefused as refused:
                if refused.status != _UNAUTHORIZED:
                    raise
        api.authorization = self._authorization = f"Bearer {self._access_token()}"
        return request(api)

    def _access_token(self) -> str:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.credentials.client_id,
            "client_secret": self.credentials.client_secret,
            "refresh_token": self.credentials.refresh_token,
        }
        try:
            response = self.tokens.post_form("/token", form)
        except VendorRefused as refused:
            # A revoked or expired refresh token is a 400 with the error invalid_grant (RFC 6749, 5.2).
            status = _UNAUTHORIZED if refused.status == _BAD_REQUEST else refused.status
            raise VendorRefused(status, refused.body) from refused
        token = loose_json.text(response, "access_token", 4096)
        if token is None:
            raise VendorRefused(_UNAUTHORIZED)
        return token


class SimulatedGoogleBusiness:
    """Test mode: there is no review, and every reply is accepted."""

    def only_account(self) -> str | None:
        return "test"

    def locations(self, account_id: str) -> Sequence[GoogleLocation]:
        return ()

    def page(self, location: GoogleLocation, page_token: str | None) -> GoogleReviewPage:
        return GoogleReviewPage((), None)

    def has_review(self, name: str) -> bool:
        return True

    def put_reply(self, name: str, text: str) -> None:
        """Accept it."""

    def delete_reply(self, name: str) -> None:
        """Accept it."""


def connect(mode: Mode, credentials: Credentials, *, budget: int | None = None) -> Profile:
    """The APIs in live mode, and a simulation in test mode. `budget` limits the requests for reviews."""
    if mode == "test":
        return SimulatedGoogleBusiness()
    fake = settings.vendor_api_url("google")
    return GoogleBusiness(
        credentials,
        tokens=_api(fake or TOKENS),
        accounts_api=_api(fake or ACCOUNTS),
        locations_api=_api(fake or LOCATIONS),
        reviews_api=_api(fake or REVIEWS, budget),
    )


def _api(base: str, budget: int | None = None) -> VendorApi:
    return VendorApi(base=base, authorization="", seconds_apart=SECONDS_APART, budget=budget)


def is_review_name(text: str) -> bool:
    """Whether a text is the resource name of a review, so that it can be the path of a request."""
    return _REVIEW_NAME.fullmatch(text) is not None


def is_review_of(text: str, location: GoogleLocation) -> bool:
    """Whether a text is the resource name of a review of the location."""
    return is_review_name(text) and text.startswith(f"{location.name}/reviews/")


def _get(api: VendorApi, path: str, query: Mapping[str, str]) -> Body:
    return api.get(path, query)


def _next_page(response: Body) -> str | None:
    return loose_json.text(response, "nextPageToken", _MAX_PAGE_TOKEN_CHARACTERS)


def _last_id(resource: Body) -> str | None:
    """The id at the end of a resource's name, such as `accounts/123`."""
    last = (loose_json.text(resource, "name") or "").rpartition("/")[2]
    return last if _ID.fullmatch(last) else None
