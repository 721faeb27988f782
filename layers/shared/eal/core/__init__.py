"""What any multi-tenant serverless product needs, and nothing of what this one is about."""
