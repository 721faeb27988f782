"""The audit log as customers read it, and its archive."""
