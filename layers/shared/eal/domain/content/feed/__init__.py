"""The feed: a tenant's published blog posts, for its website and for feed readers."""
