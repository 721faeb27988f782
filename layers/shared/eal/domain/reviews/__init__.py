"""Reviews: what customers write about the organization at a listing surface, and how it answers."""
