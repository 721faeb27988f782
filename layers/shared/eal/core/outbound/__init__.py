"""Requests to addresses that customers gave us: which are allowed, how they are sent, when they are sent again."""
