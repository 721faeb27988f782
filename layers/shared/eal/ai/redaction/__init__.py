"""The personal data in a transcript: where it is, and the transcript without it."""
