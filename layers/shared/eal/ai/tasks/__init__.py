"""The AI tasks: for each, its prompt, its annotation guide, its input and output, and its hard rules."""
