"""Functions behind API Gateway and function URLs."""
