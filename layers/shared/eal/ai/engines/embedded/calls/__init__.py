"""The task "classify a call": intent, urgency, qualification and dangers."""
