"""Sessions: the credential with which a member uses the API through the dashboard."""
