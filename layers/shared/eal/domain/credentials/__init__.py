"""Credentials: what a request authenticates with. An API key (`api_keys`) or a member's session (`sessions`)."""
