"""Stripe: subscriptions."""
