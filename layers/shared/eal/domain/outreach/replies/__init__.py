"""Replies: received e-mails, and what they mean for their sequence."""
