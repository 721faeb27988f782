"""Language processing: spelling, clauses, cues, and the scope of mentions."""
