"""Models of the embedded engine: the encoders, which encoders.py converts, and a file of heads for each task."""
