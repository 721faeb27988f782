"""Leads: people who may need a restoration, from first contact to won or lost."""
