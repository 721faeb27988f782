"""What the platform lets a model or a set of rules judge."""
