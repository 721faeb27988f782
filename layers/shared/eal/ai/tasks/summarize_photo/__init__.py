"""Summarize a photo of a claim by its pixels: damage, materials, severity, hazards, phase."""
