"""Entry points of the Lambdas, by trigger: a request, a queue, a vendor's webhook, the table's stream, or a
schedule."""
