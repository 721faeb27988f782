"""The feed of all events, for clients whose webhooks missed some."""
