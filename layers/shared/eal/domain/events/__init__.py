"""The feed of all events: where a customer reads what a webhook may have missed."""
