"""Notes: what a technician or an adjuster wrote about a loss, moisture readings among it."""
