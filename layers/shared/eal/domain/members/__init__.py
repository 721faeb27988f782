"""Members: people with access to an organization."""
