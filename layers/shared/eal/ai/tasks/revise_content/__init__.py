"""Revise content by instructions."""
