"""One package per resource, named as in functions/ and in the API."""
