"""Organizations: a franchise or a location of one, some of them below a parent."""
