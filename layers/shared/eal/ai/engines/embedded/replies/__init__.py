"""The embedded engine for replies to e-mails."""
