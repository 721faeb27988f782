"""What a Lambda is composed of, by its trigger: a request, a queue, a vendor's webhook, the table's stream,
or a schedule."""
