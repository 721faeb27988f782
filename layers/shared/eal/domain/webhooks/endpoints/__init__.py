"""Customers' webhook endpoints."""
