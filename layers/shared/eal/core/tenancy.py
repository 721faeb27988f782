"""Whose data something is: an organization's, in one mode or in both."""

from typing import Literal, NamedTuple

type Mode = Literal["live", "test"]
"""The key decides: neither mode sees the other's data."""
type Plane = Mode | Literal["both"]
"""An item lives in one mode's data or, for organizations, members and keys, in both."""


class Tenant(NamedTuple):
    """An organization in one mode. Every key of its data begins with the two."""

    organization_id: str
    mode: Mode

    @property
    def plane(self) -> Plane:
        return self.mode


class BothModes(NamedTuple):
    """Owner of items that live and test mode share: the organization, its members and its keys."""

    organization_id: str

    @property
    def plane(self) -> Plane:
        return "both"


type Owner = Tenant | BothModes


class TenantScoped:
    """Mixin for records with `organization_id` and `mode`, such as items and queue messages."""

    __slots__ = ()

    organization_id: str
    mode: Mode

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.organization_id, self.mode)
