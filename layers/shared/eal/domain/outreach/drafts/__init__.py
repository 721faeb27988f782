"""Drafts: single e-mails, written by hand or by the AI, that a person reads before they are sent."""
