"""Imports of leads: a file by presigned upload, then row by row what `POST /v1/leads` does, a transaction a chunk."""
