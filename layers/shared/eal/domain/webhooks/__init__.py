"""Outbound webhooks: endpoints that customers register, and the deliveries of events to them."""
