"""Audits of the repository: known vulnerabilities of the pinned packages, and committed secrets."""
