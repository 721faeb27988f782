"""Phone calls: what was said, and what it was judged to be."""
