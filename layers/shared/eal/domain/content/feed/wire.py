"""What the API accepts and returns for the feed. The feeds themselves are documents of their own formats."""

from typing import Annotated, Self
from urllib.parse import urlencode

from pydantic import ConfigDict, Field

from eal.core.clock import Instant
from eal.core.listing import PLAIN_DIGITS, ListQuery
from eal.core.wire import Wire
from eal.domain.content.feed.model import FeedAddress

DEFAULT_POSTS, MAX_POSTS = 20, 100


class FeedQuery(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    limit: Annotated[
        int, Field(ge=1, le=MAX_POSTS, description="Maximum number of posts, newest first."), PLAIN_DIGITS
    ] = DEFAULT_POSTS
    cursor: Annotated[
        str | None,
        Field(
            max_length=2_048,
            description="In the address of the next page, which each page but the last names.",
        ),
    ] = None
    token: Annotated[
        str | None,
        Field(max_length=200, description="Of the feed's public address, in the place of an API key."),
    ] = None

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
    """Everybody who knows these addresses can read the published blog posts, until you replace or delete them."""

    id: str
    json_url: Annotated[str, Field(description="The feed as JSON Feed 1.1.")]
    atom_url: Annotated[str, Field(description="The feed as Atom.")]
    created_at: Instant
    version: int

    @classmethod
    def at(cls, url: str, address: FeedAddress, token: str) -> Self:
        """The view of an address, for a request to `url`, next to which the feeds are."""
        folder = url.rpartition("/")[0]
        return cls(
            id=address.id,
            json_url=f"{folder}/feed.json?token={token}",
            atom_url=f"{folder}/feed.atom?token={token}",
            created_at=address.created_at,
            version=address.version,
        )
