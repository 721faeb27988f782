"""The single-table kit: keys that begin with tenant and mode, items, one-transaction writes, pages."""
