"""Extract from a claim: rooms, scope items, summaries of photos, exclusions and conflicts, each with its quote."""
