"""Requests to customers' addresses: which are allowed, how they are sent, and when they are retried."""
