"""Classify a reply: what it means for its sequence, and the day that it names."""
