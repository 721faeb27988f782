"""GET /v1/u/{token}: the page on which a recipient unsubscribes. It changes nothing."""

from eal.entry.http import unsubscribe
from eal.entry.http.public_page import PublicPage

handler = PublicPage("GET /v1/u/{token}", unsubscribe.show).handler
