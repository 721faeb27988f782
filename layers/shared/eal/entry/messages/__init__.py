"""Messages to workers, a module for each worker. The layer's build stores schemas of what is in the layer."""
