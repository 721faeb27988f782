"""People who may use the dashboard."""
