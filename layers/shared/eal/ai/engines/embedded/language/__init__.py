"""Reading speech: spelling, clauses, cues, and the sense in which something was said."""
