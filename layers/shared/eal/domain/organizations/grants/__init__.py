"""Grants: a child's permission for its parent to read some of its resources."""
