"""The vendors that a tenant connects: settings, secrets under KMS, and the addresses its webhooks come to."""
