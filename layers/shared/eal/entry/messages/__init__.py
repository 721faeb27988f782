"""What workers receive, a module for each worker: the layer's build stores schemas of what is in the layer."""
