"""The dashboard: pages for the members of an organization. It is a client of the public API and nothing else.

The package imports neither `eal` nor botocore nor pydantic (tests/structure/checks/dashboard.py): the process that
faces browsers has no permission in AWS, and no data but what the API returns for the member's session.
"""
