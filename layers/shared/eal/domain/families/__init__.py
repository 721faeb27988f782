"""Families: an organization without a parent, and all organizations below it."""
