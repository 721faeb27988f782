"""Models of the embedded engine: the encoders, which build.py converts, and a file of heads for each task."""
