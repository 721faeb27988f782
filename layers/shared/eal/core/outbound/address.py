"""Addresses to which we may send requests, checked when a customer sets one and again at each send.

Customers choose the addresses that our network connects to, so a URL is rejected unless all its addresses are public.
The sender connects to the addresses that `resolve` has checked, and does not query the DNS again.

Sources: the IANA special-purpose registries for IPv4 and IPv6; RFC 6890; RFC 6052 (NAT64); the WHATWG URL
standard, "ends in a number", for the spellings of IPv4 addresses that resolvers accept.
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from urllib.parse import SplitResult

    from eal.core.errors import FieldError

type IpAddress = IPv4Address | IPv6Address
type Lookup = Callable[[str, int], Sequence[str]]
"""The addresses of a host, for a connection to a port; empty if the name is unknown."""

_DNS_SECONDS = 3.0
_MAX_NAME_CHARACTERS = 253
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")
_IN_A_PATH = "/?%:@!$&'()*+,;=-._~[]|^`{}\"<>"

_GLOBAL_UNICAST = ip_network("2000::/3")
_MAPPED = ip_network("::ffff:0:0/96")
_NAT64 = ip_network("64:ff9b::/96")
_NEVER = (
    ip_network("192.88.99.0/24"),  # relays of 6to4, withdrawn by RFC 7526
    ip_network("168.63.129.16/32"),  # Azure's metadata and DNS, in a public range
    ip_network("3fff::/20"),  # documentation (RFC 9637), younger than some versions of ipaddress
)
_LOCAL_NAMES = (
    "localhost", "local", "home.arpa", "internal",  # RFC 6761, 6762, 8375; ICANN's reservation of 2024
    "corp", "home", "intranet", "lan",  # private networks' own, of RFC 6762, appendix G
    "localdomain",  # what Linux hosts call themselves
    "svc",  # Kubernetes services
)  # fmt: skip
"""Suffixes that never belong to a public host: the public DNS delegates none of them."""
_XACTIMATE = frozenset({"xactimate", "xactware", "xactanalysis", "verisk"})
"""Names of Xactimate and its owners, whatever domain they are in: the product never writes to it."""


class Blocked(Exception):
    """We do not connect to this URL. The message is a sentence for the field's error."""


class Unresolved(Exception):
    """The host name has no address, or the DNS did not return one in time."""


class Target(NamedTuple):
    """A URL with checked addresses. `host` is in ASCII, for the Host header and the certificate."""

    scheme: Literal["https", "http"]
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def query_dns(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver returns within three seconds: getaddrinfo has no timeout of its own."""
    results: SimpleQueue[list[str]] = SimpleQueue()

    def look_up() -> None:
        try:
            results.put(
                [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
            )
        except (OSError, UnicodeError):
            results.put([])

    Thread(target=look_up, daemon=True).start()
    try:
        return results.get(timeout=_DNS_SECONDS)
    except Empty:
        return []


def no_lookup(_host: str, _port: int) -> list[str]:
    """Returns no addresses: for a check of the URL's text alone, in a request that must not wait for the DNS."""
    return []


def resolve(url: str, *, loopback: bool, lookup: Lookup = query_dns) -> Target:
    """The target of a URL. `loopback` allows http to this machine on ports above 1024: for the local stack.

    Raises: Blocked; Unresolved.
    """
    split = _split(url)
    scheme, port = _scheme_and_port(split, loopback=loopback)
    host = _host(split.hostname or "")
    literal = _literal(host)
    if literal is None:
        _refuse_local_name(host, loopback=scheme == "http")
        _refuse_xactimate(host)
    addresses = [host] if literal else lookup(host, port)
    if not addresses:
        raise Unresolved(host)
    allowed = is_public if scheme == "https" else _is_loopback
    if not all(allowed(ip_address(address)) for address in addresses):
        raise Blocked("Must lead to a public address, not to a private, local or reserved one.")
    path = quote(split.path or "/", safe=_IN_A_PATH)
    if split.query:
        path += "?" + quote(split.query, safe=_IN_A_PATH)
    return Target(scheme=scheme, host=host, port=port, path=path, addresses=tuple(dict.fromkeys(addresses)))


def faults(url: str, pointer: str, *, loopback: bool, lookup: Lookup = query_dns) -> list[FieldError]:
    """The faults of the URL at `pointer` of a body.

    A host without an address is no fault: it may be set up later, and each send checks again.
    """
    try:
        resolve(url, loopback=loopback, lookup=lookup)
    except Unresolved:
        return []
    except Blocked as blocked:
        return [{"pointer": pointer, "message": str(blocked), "type": "blocked_address", "location": "body"}]
    return []


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to a single host on the public internet and embeds no other address."""
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    # Mapped and compatible IPv4, site-local, multicast and unassigned blocks are all outside 2000::/3.
    return address in _GLOBAL_UNICAST and address.is_global and not address.sixtofour and not address.teredo


def without_query(url: str) -> str:
    """The URL for logs and audit records, because the query of a customer's URL is often a secret."""
    base, mark, _ = url.partition("#")[0].partition("?")
    return base + ("?***" if mark else "")


def _is_loopback(address: IpAddress) -> bool:
    return address.is_loopback and address not in _MAPPED


def _split(url: str) -> SplitResult:
    # urlsplit drops control characters instead of rejecting them; some parsers read a backslash as a slash.
    if _NOT_IN_A_URL.search(url):
        raise Blocked("Must be a URL without spaces, control characters or backslashes.")
    try:
        split = urlsplit(url)
        split.port  # noqa: B018 - reading it checks it
    except ValueError as wrong:
        raise Blocked("Must be a URL, such as https://host/path.") from wrong
    if not split.hostname or ("[" in split.netloc and ":" not in split.hostname):
        raise Blocked("Must be a URL, such as https://host/path.")
    if "@" in split.netloc:
        raise Blocked("Must not contain a user name or password.")
    return split


def _scheme_and_port(split: SplitResult, *, loopback: bool) -> tuple[Literal["https", "http"], int]:
    if split.scheme == "https":
        port = 443 if split.port is None else split.port
        if port != 443 and port <= 1024:
            raise Blocked("Must use port 443 or a port above 1024.")
        return "https", port
    if split.scheme == "http" and loopback:
        port = 80 if split.port is None else split.port
        if port <= 1024:
            raise Blocked("Must use a port above 1024 for http to this machine.")
        return "http", port
    raise Blocked("Must be an https URL.")


def _host(name: str) -> str:
    """The host in ASCII, lower-case: a name, or an address in its usual spelling."""
    if ":" in name:
        address = _literal(name)
        # A zone (`%eth0`) has a meaning only on one link of one machine.
        return address.compressed if address and "%" not in name else _no_host()
    if not name.isascii():
        name = _in_ascii(name)
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > _MAX_NAME_CHARACTERS or not all(_LABEL.fullmatch(label) for label in labels):
        _no_host()
    if _NUMBER.fullmatch(labels[-1]) and _literal(name) is None:
        raise Blocked("Must have an IPv4 address in the form of four decimal numbers.")
    return name


def _no_host() -> str:
    raise Blocked("Must have a valid host name or IP address.")


def _in_ascii(name: str) -> str:
    import idna

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return _no_host()


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refuse_local_name(host: str, *, loopback: bool) -> None:
    """Refuse a name that resolves only inside a network. `loopback` allows those of this machine."""
    if loopback and (host == "localhost" or host.endswith(".localhost")):
        return
    if "." not in host or f".{host}".endswith(tuple(f".{name}" for name in _LOCAL_NAMES)):
        raise Blocked("Must have a public host name.")


def _refuse_xactimate(host: str) -> None:
    if not _XACTIMATE.isdisjoint(host.split(".")):
        raise Blocked("Must not lead to Xactimate, XactAnalysis or Verisk: this API never writes to them.")
