"""GET /v1/a/{token}: the page on which a person on call takes a call or passes it on. It changes nothing."""

from eal.entry.http import alert_link
from eal.entry.http.public_page import PublicPage

handler = PublicPage("GET /v1/a/{token}", alert_link.show).handler
