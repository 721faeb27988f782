"""The implementations of the AI tasks."""
