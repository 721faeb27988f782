"""What the embedded engine reads: encoder.npz, which build.py converts, and a file of heads for each task."""
