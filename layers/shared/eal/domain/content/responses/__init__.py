"""Responses to reviews: content items that belong to a review, as the review shows them."""
