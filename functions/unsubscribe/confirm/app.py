"""POST /v1/u/{token}: unsubscribe the recipient of an e-mail, with one click (RFC 8058)."""

from eal.entry.http import unsubscribe
from eal.entry.http.public_page import PublicPage

handler = PublicPage("POST /v1/u/{token}", unsubscribe.confirm).handler
