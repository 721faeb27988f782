"""What the embedded engine reads: the encoders, which encoders.py converts, and a file of heads for each task."""
