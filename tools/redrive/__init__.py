"""Dead-letter queues: what lies in them, why, and back to the worker with it."""
