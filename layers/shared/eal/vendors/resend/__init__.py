"""Resend: what became of sent mail, and received mail."""
