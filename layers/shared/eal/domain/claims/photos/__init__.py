"""Photos of a claim: uploaded directly to S3, inspected by a worker, and kept as evidence with their hashes."""
