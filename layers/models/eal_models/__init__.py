"""What the embedded engine reads: the encoders, which build.py converts, and a file of heads for each task."""
