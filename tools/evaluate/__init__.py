"""The evaluation of the AI tasks on labelled sets: `python -m tools.evaluate TASK`."""
