"""The engine that needs no model service: rules over the mentions in a text."""
