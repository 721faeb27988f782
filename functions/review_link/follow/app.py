"""GET /v1/r/{token}: follow the link of a review request to the page for reviews."""

from eal.entry.http import review_link
from eal.entry.http.public_page import PublicPage

handler = PublicPage("GET /v1/r/{token}", review_link.follow).handler
