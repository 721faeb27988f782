"""E-mails: each one that is sent, or is to be sent, with its events."""
