"""The scope of a claim: what an extraction found in its evidence, and what people decided about each item."""
