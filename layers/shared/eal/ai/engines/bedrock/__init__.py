"""The engine that asks a model of Amazon Bedrock. It costs money, so only tenants with a budget of their own use it."""
