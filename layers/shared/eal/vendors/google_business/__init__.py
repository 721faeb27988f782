"""Google Business Profile: reviews, which are polled, and replies to them."""
