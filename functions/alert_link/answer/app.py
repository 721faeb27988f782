"""POST /v1/a/{token}: take the call that an alert is about, or pass it on to the next person."""

from eal.entry.http import alert_link
from eal.entry.http.public_page import PublicPage

handler = PublicPage("POST /v1/a/{token}", alert_link.answer).handler
