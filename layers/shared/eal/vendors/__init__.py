"""The outside world's shapes, and ours: what each vendor sends and takes, and how it signs."""
