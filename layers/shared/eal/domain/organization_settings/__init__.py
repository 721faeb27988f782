"""What an organization sets, and what calls and leads ask of it."""
