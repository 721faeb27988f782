"""Outreach: events of sent e-mails, such as bounces, and replies."""
