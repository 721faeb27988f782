"""Outreach: what became of mails that were sent, and the mails that came back."""
