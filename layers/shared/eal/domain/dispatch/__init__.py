"""Dispatch: what happens after a call, decided by explicit rules over facts and the organization's settings."""
