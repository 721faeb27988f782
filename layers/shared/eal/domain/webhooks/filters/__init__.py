"""Conditions on an event's data that an endpoint subscribes under."""
