"""Score a lead: its band by its notes."""
