"""Dead-letter queues: list their messages with the reason, and redrive them."""
