"""Content: texts that a tenant publishes, with their revisions, and their way from a brief to publication."""
