"""Settings of an organization, and the reads of them that calls and leads need."""
