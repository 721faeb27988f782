"""Steps of the build of SharedLayer: they work out what every cold start would otherwise (docs/cold-starts.md).

layers/build runs them, and no function has them.
"""
