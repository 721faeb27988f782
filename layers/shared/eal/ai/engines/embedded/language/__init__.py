"""Language processing: spelling, clauses, instructions to the system, and languages."""
