"""A parent's view of its children's figures."""
