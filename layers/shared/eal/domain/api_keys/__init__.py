"""API keys: `eal_live_…` and `eal_test_…`, stored as hashes, each with its scopes and limits."""
