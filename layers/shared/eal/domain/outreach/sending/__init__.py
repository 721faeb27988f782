"""Sending: which e-mails are due, and their way to the vendor, exactly once."""
