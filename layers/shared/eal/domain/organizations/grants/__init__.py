"""What a child lets its parent read."""
