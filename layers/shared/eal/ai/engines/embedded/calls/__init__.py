"""Judging calls: intent, urgency, qualification and dangers."""
