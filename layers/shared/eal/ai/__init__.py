"""AI tasks: their results, their provenance, and the engines that do them."""
