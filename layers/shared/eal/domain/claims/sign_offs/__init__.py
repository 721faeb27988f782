"""Sign-offs of a claim: numbered versions that freeze its scope, and their bundles of files with hashes."""
