"""Request and response models for the feed. The feeds themselves are documents of their own formats."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlencode

from eal.core.clock import Instant
from eal.core.listing import PLAIN_DIGITS, ListQuery
from eal.core.schema import ConfigDict, Field
from eal.core.wire import Wire
from eal.domain.content.feed.model import FeedAddress

DEFAULT_POSTS, MAX_POSTS = 20, 100


class ContentFeedQuery(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    limit: Annotated[int, Field(ge=1, le=MAX_POSTS), PLAIN_DIGITS] = DEFAULT_POSTS
    """The maximum number of posts, newest first."""
    cursor: Annotated[str | None, Field(max_length=2_048)] = None
    """The cursor in the address of the next page, which every page except the last contains."""
    token: Annotated[str | None, Field(max_length=200)] = None
    """The token in the feed's public address, in place of an API key."""

    def of_posts(self) -> ListQuery:
        """The query of the posts. Its cursors are valid in both formats."""
        query = ListQuery(limit=self.limit, cursor=self.cursor)
        query.bind("feed")
        return query

    def next_url(self, url: str, cursor: str) -> str:
        """The address of the page after this one, of the feed at `url`."""
        given = self.model_dump(exclude_defaults=True)
        return f"{url}?{urlencode({**given, 'cursor': cursor})}"

    def own_url(self, url: str) -> str:
        given = self.model_dump(exclude_defaults=True)
        return f"{url}?{urlencode(given)}" if given else url


class FeedAddressView(Wire):
    """Everybody who knows these addresses can read the published blog posts, until you replace or delete them.

    If the feed has none, `version` is 0 and all else is null.
    """

    id: str | None
    json_url: str | None
    """The address of the feed as JSON Feed 1.1."""
    atom_url: str | None
    """The address of the feed as Atom."""
    created_at: Instant | None
    version: int

    @classmethod
    def of_address(cls, url: str, address: FeedAddress | None, token: str | None) -> Self:
        """The view of an address, for a request to `url`, next to which the feeds are."""
        feed = f"{url.rpartition('/')[0]}/feed"
        return cls(
            id=address.id if address else None,
            json_url=f"{feed}.json?token={token}" if token else None,
            atom_url=f"{feed}.atom?token={token}" if token else None,
            created_at=address.created_at if address else None,
            version=address.version if address else 0,
        )
