"""Sequences: e-mails in steps, with delays, variants and a send window."""
