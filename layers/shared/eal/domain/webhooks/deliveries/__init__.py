"""Deliveries of events to webhook endpoints, and their attempts."""
