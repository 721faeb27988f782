"""Classify a call: intent, urgency, qualification and safety of a transcript."""
