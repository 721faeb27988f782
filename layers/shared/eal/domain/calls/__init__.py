"""Phone calls: facts, transcripts and classifications."""
