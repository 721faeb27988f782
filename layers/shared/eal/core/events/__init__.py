"""Events that customers subscribe to: one envelope, one catalogue."""
