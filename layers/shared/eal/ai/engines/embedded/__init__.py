"""The engine that needs no model service: trained heads over a sentence encoder, with rules as guard rails."""

import os

# NumPy reads it on its first import. A function has one vCPU, on which several threads wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
