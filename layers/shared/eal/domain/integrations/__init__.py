"""Integrations: the vendors that a tenant connects, with settings, encrypted secrets, and addresses for webhooks."""
