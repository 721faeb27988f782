"""Deliverability: what becomes of sent e-mails, in counters, and the pause of a sender whose mail is unwanted."""
