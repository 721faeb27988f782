"""Create or change a tenant in a deployed stack: python -m tools.tenant --stack NAME --name "Summit Restoration"."""
