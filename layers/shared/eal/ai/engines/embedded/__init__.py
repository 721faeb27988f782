"""The engine that needs no model service: layered rules over what was said."""
