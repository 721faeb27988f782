"""The addresses to which webhooks may be sent."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.outbound import address
from eal.core.outbound.address import Blocked, Unresolved, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLIC = "93.184.215.14"


def _dns(**names: list[str]) -> address.Lookup:
    """A resolver that knows these names (with `_` for `.`) and returns a public address for all others."""
    known = {name.replace("_", "."): found for name, found in names.items()}
    return lambda host, _port: known.get(host, [PUBLIC])


def _never(_host: str, _port: int) -> Sequence[str]:
    raise AssertionError("this URL must be rejected without a DNS query")


NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1",  # noqa: S104
    "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    "ff0e::1",
]  # fmt: skip


def _url(ip: str) -> str:
    return f"https://[{ip}]/" if ":" in ip else f"https://{ip}/"


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_rejected_as_a_literal_and_from_the_dns(ip: str) -> None:
    with pytest.raises(Blocked):
        resolve(_url(ip), loopback=False, lookup=_never)
    with pytest.raises(Blocked):
        resolve("https://rebound.example.com/", loopback=False, lookup=_dns(rebound_example_com=[ip]))


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_one_private_address_among_public_ones_blocks_the_host(ip: str) -> None:
    with pytest.raises(Blocked):
        resolve("https://a.example.com/", loopback=False, lookup=lambda _host, _port: [PUBLIC, ip])


@pytest.mark.parametrize(
    "url",
    [
        # Other spellings of 127.0.0.1, 169.254.169.254 and 10.0.0.1, and of public addresses, which no receiver needs.
        "https://2130706433/", "https://017700000001/", "https://0x7f000001/", "https://0x7F.0.0.1/",
        "https://0177.0.0.1/", "https://127.1/", "https://127.0.1/", "https://0/", "https://00.0.0.0/",
        "https://127.0.0.0x1/", "https://127.0.0.01/", "https://2852039166/", "https://0xa9fea9fe/",
        "https://0251.0376.0251.0376/", "https://169.254.43518/", "https://10.1/", "https://134744072/",
        "https://8.8.2056/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://1.2.3.0x/",
        "https://127.0.0.1./", "https://4294967296/",
        # Digits and dots that become ASCII under UTS 46.
        "https://１２７.０.０.１/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://ⓛocalhost/",  # noqa: RUF001
        "https://ｌｏｃａｌｈｏｓｔ/",  # noqa: RUF001
        # IPv6 with zones, incomplete or invalid.
        "https://[fe80::1%25eth0]/", "https://[2606:4700::1111%25eth0]/", "https://[::1/", "https://::1/",
        "https://[]/", "https://[127.0.0.1]/", "https://[v1.x]/", "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:127.0.0.1]/", "https://[0000:0000:0000:0000:0000:0000:0000:0001]/",
        # Names of internal networks.
        "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://a.localhost/",
        "https://printer.local/", "https://metadata.google.internal/", "https://nas.home.arpa/",
        "https://intranet/", "https://metadata/", "https://printer.lan/", "https://mail.corp/", "https://www.intranet/",
        "https://nas.home/", "https://localhost.localdomain/", "https://home.arpa/",
        "https://kubernetes.default.svc/", "https://KUBERNETES.default.SVC./",
        # User names.
        "https://user@example.com/", "https://user:word@example.com/", "https://@example.com/",
        "https://example.com@127.0.0.1/", "https://127.0.0.1@example.com/",
        # Escapes, white space, backslashes and control characters.
        "https://127%2e0%2e0%2e1/", "https://example%2ecom/", "https://exa mple.com/", "https://exam\tple.com/",
        "https://example.com\r\nX: y/", "https://example.com\\@127.0.0.1/", "https:\\\\127.0.0.1/",
        "https://example.com/a b", "https://example.com/\x00", "https://exam\x7fple.com/",
        # Schemes and shapes.
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
        "javascript:alert(1)", "//example.com/", "example.com", "https:", "https:///path", "https://",
        "https:example.com", "https://?x", "https://.example.com/", "https://a..example.com/",
        "https://-a.example.com/", "https://a-.example.com/", "https://a_b!.example.com/",
        "https://exa<mple.com/", "https://xn--a.example.com:70000/", "https://example.com:x/",
        f"https://{'a' * 64}.example.com/", f"https://{'a.' * 130}com/", "https://\u200b.com/", "https://☃\ud7ff/",
        # Ports.
        "https://example.com:0/", "https://example.com:22/", "https://example.com:25/", "https://example.com:80/",
        "https://example.com:1024/", "https://example.com:65536/", "https://example.com:-1/",
    ],
)  # fmt: skip
def test_a_url_that_no_receiver_needs_is_rejected_without_a_dns_query(url: str) -> None:
    with pytest.raises(Blocked):
        resolve(url, loopback=False, lookup=_never)
    with pytest.raises(Blocked):
        resolve(url, loopback=True, lookup=lambda _host, _port: [PUBLIC])


@pytest.mark.parametrize(
    "url",
    [
        # IPv4 inside IPv6: mapped, translated, compatible, NAT64 of both prefixes, 6to4, Teredo.
        "https://[::ffff:169.254.169.254]/", "https://[::ffff:7f00:0001]/", "https://[::ffff:0:127.0.0.1]/",
        "https://[::127.0.0.1]/", "https://[::a9fe:a9fe]/", "https://[0:0:0:0:0:0:7f00:1]/",
        "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b::10.0.0.1]/", "https://[64:ff9b:0:0:0:0:a9fe:a9fe]/",
        "https://[64:ff9b:1:a9fe:a9fe::]/", "https://[2002:0a00:0001::]/", "https://[2002:c0a8:0101::1]/",
        "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "https://[2001::7f00:1]/",
        # IPv6 with zones, other number formats or unbalanced brackets.
        "https://[fe80::1%25en0]/", "https://[fe80::1%en0]/", "https://[::1%25lo]/",
        "https://[2606:4700:4700::1111%25]/", "https://[::ffff:0x7f.0.0.1]/", "https://[::ffff:127.1]/",
        "https://[::1]x/", "https://x[::1]/", "https://[::1]:x/", "https://[::1]]/", "https://[[::1]]/",
        "https://[::1]@example.com/", "https://[::]/", "https://[0::1]/", "https://[::0001]/",
        # Addresses of cloud metadata services, plain and disguised.
        "https://169.254.169.254/latest/meta-data/", "https://169.254.170.2/v2/credentials",
        "https://[fd00:ec2::254]/latest", "https://192.0.0.192/", "https://100.100.100.200/",
        "https://169.254.169.254./", "https://0251.254.169.254/", "https://0xa9.0xfe.0xa9.0xfe/",
        "https://169.254.0xa9fe/", "https://169.16689662/", "https://instance-data.ec2.internal/",
        "https://metadata.google.internal./", "https://host.docker.internal/", "https://LOCAL.INTERNAL/",
        "https://kubernetes.default.svc.cluster.local/", "https://ip6-localhost/", "https://a.LOCALHOST./",
        # Numbers in every base and length, and texts that only look like numbers.
        "https://0x7f.1/", "https://0x7f.0x0.0x0.0x1/", "https://0177.1/", "https://0x0a000001/",
        "https://012.0.0.1/", "https://0xc0.0xa8.1.1/", "https://3232235777/", "https://0300.0250.1.1/",
        "https://127.0x1/", "https://127.000.000.001/", "https://0b1/", "https://1e3/", "https://0x/",
        "https://0x.0x.0x.0x/", "https://www.10.0.0.1/",
        # Unicode that becomes one of the above, or nothing.
        "https://127。1/", "https://127．0．0．1/", "https://⑯⑨。254。⑯⑨｡254/", "https://𝟏𝟐𝟕.0.0.1/",  # noqa: RUF001
        "https://¹²⁷.0.0.1/", "https://xn--127-.0.0.1/", "https://loc\u00adalhost/", "https://localhost\u3002/",
        "https://ⓛⓞⓒⓐⓛ.ⓘⓝⓣⓔⓡⓝⓐⓛ/", "https://ſ.internal/", "https://xn--lcalhost-n3a/",  # noqa: RUF001
        "https://example.com..\u200b/", "https://example.com:４４３/",  # noqa: RUF001
        # Hosts that parsers end at different characters.
        "https://127.0.0.1%00.example.com/", "https://127.0.0.1%2f@example.com/", "https://a@b@127.0.0.1/",
        "https://:@127.0.0.1/", "https://%40127.0.0.1/", "https://127.0.0.1:80@example.com/",
        "https://127.0.0.1#.example.com/", "https://127.0.0.1?.example.com/", "https://127.0.0.1;.example.com/",
        "https://127.0.0.1,example.com/", "https://127.0.0.1\\.example.com/", "https://example.com\\/",
        "https:/\\127.0.0.1/", "https://\\127.0.0.1/", "https:////127.0.0.1/", "https:/127.0.0.1/",
        "https://example.com../", "https://..example.com/", "https://example.com%20/",
        "https://example.com:443:80/", "https://example.com:+443/", "https://example.com: 443/",
        # Schemes and ports.
        "HTTPS://127.0.0.1/", "hTTp://8.8.8.8/", "wss://example.com/", "ssh://example.com/", "data:,x",
        "blob:https://example.com/", "jar:https://example.com!/", "dict://127.0.0.1:11211/", "ldap://127.0.0.1/",
        "https+unix://%2Fvar%2Frun%2Fdocker.sock/", "unix:///var/run/docker.sock",
        "https://example.com:6379999/", "https://example.com:1/", "https://example.com:23/",
        "https://example.com:445/", "https://example.com:993/",
    ],
)  # fmt: skip
def test_disguised_addresses_are_rejected_without_a_dns_query(url: str) -> None:
    with pytest.raises(Blocked):
        resolve(url, loopback=False, lookup=_never)


NOT_PUBLIC_NETWORKS = st.sampled_from(
    ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
     "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"]
)  # fmt: skip
"""IPv4 networks, from which hypothesis draws addresses."""
private = NOT_PUBLIC_NETWORKS.flatmap(lambda network: st.ip_addresses(v=4, network=network)).map(int)


def _number(value: int, base: int) -> str:
    return {8: f"0{value:o}", 10: str(value), 16: f"0x{value:x}"}[base]


def _spelled(address: int, parts: int, bases: Sequence[int]) -> str:
    """An address as inet_aton parses it: `parts` numbers, each in its base, the last one with the remaining bits."""
    octets = address.to_bytes(4)
    last = int.from_bytes(octets[parts - 1 :])
    return ".".join(
        _number(value, base) for value, base in zip([*octets[: parts - 1], last], bases, strict=False)
    )


@given(private, st.integers(1, 4), st.lists(st.sampled_from([8, 10, 16]), min_size=4, max_size=4))
def test_every_spelling_of_a_private_address_is_rejected(ip: int, parts: int, bases: list[int]) -> None:
    spelled = _spelled(ip, parts, bases)
    assert socket.inet_aton(spelled) == ip.to_bytes(4), "the operating system parses it as this address"

    for host in (spelled, f"{spelled}.", spelled.upper()):
        with pytest.raises(Blocked):
            resolve(f"https://{host}/", loopback=False, lookup=_never)


@given(private, st.sampled_from(["::{}", "::ffff:{}", "::ffff:0:{}", "64:ff9b::{}", "64:ff9b:1::{}"]))
def test_private_addresses_embedded_in_ipv6_are_rejected(ip: int, form: str) -> None:
    inside = form.format(IPv4Address(ip))
    high, low = divmod(ip, 1 << 16)

    for host in (inside, f"2002:{high:x}:{low:x}::1", f"2001:0:{high:x}:{low:x}::"):
        with pytest.raises(Blocked):
            resolve(f"https://[{host}]/", loopback=False, lookup=_never)
        with pytest.raises(Blocked):
            resolve("https://a.example.com/", loopback=False, lookup=_dns(a_example_com=[host]))


@given(st.lists(st.just(PUBLIC), max_size=5), private, st.integers(0, 5))
def test_one_private_address_anywhere_in_a_dns_response_blocks_the_host(
    public: list[str], ip: int, index: int
) -> None:
    addresses = [*public]
    addresses.insert(index, str(IPv4Address(ip)))

    with pytest.raises(Blocked):
        resolve("https://a.example.com/", loopback=False, lookup=lambda _host, _port: addresses)


def test_the_dns_is_queried_once_and_a_later_response_has_no_effect() -> None:
    responses = iter([[PUBLIC], ["127.0.0.1"]])

    target = resolve(
        "https://rebinds.example.com/", loopback=False, lookup=lambda _host, _port: next(responses)
    )

    assert target.addresses == (PUBLIC,)
    assert next(responses) == ["127.0.0.1"], "the second response was not queried"


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "addresses"),
    [
        ("https://example.com", "example.com", 443, "/", (PUBLIC,)),
        ("HTTPS://Example.COM./a?b=c#d", "example.com", 443, "/a?b=c", (PUBLIC,)),
        ("https://example.com:443/", "example.com", 443, "/", (PUBLIC,)),
        ("https://example.com:8443/", "example.com", 8443, "/", (PUBLIC,)),
        ("https://bücher.example/ü?q=ü&p=%C3%BC", "xn--bcher-kva.example", 443, "/%C3%BC?q=%C3%BC&p=%C3%BC", (PUBLIC,)),
        ("https://93.184.215.14/", PUBLIC, 443, "/", (PUBLIC,)),
        ("https://[2606:4700:4700:0::1111]/", "2606:4700:4700::1111", 443, "/", ("2606:4700:4700::1111",)),
        ("https://[64:ff9b::5db8:d70e]/", "64:ff9b::5db8:d70e", 443, "/", ("64:ff9b::5db8:d70e",)),
        ("https://my_app.example.com/", "my_app.example.com", 443, "/", (PUBLIC,)),
        ("https://127.example.com/", "127.example.com", 443, "/", (PUBLIC,)),
        ("https://localhost.example.com/", "localhost.example.com", 443, "/", (PUBLIC,)),
        ("https://corp.example.com/", "corp.example.com", 443, "/", (PUBLIC,)),
        ("https://my-lan.example/", "my-lan.example", 443, "/", (PUBLIC,)),
    ],
)  # fmt: skip
def test_public_addresses_are_pinned(
    url: str, host: str, port: int, path: str, addresses: tuple[str, ...]
) -> None:
    target = resolve(url, loopback=False, lookup=_dns())

    assert (target.scheme, target.host, target.port, target.path) == ("https", host, port, path)
    assert target.addresses == addresses


def test_an_unknown_name_is_unresolved_and_not_blocked() -> None:
    with pytest.raises(Unresolved):
        resolve("https://nowhere.example.com/", loopback=False, lookup=lambda _host, _port: [])


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/", "http://localhost:1025/", "http://[::1]:65535/", "http://127.9.9.9:2000/"],
)
def test_the_local_stack_may_use_loopback(url: str) -> None:
    assert resolve(url, loopback=True, lookup=_dns(localhost=["::1", "127.0.0.1"])).scheme == "http"
    with pytest.raises(Blocked):
        resolve(url, loopback=False, lookup=_dns(localhost=["::1", "127.0.0.1"]))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.0.0.1:80/", "http://127.0.0.1:1024/", "http://localhost/",
        "https://127.0.0.1:8443/", "https://localhost:8443/", "http://10.0.0.1:8080/", "http://0.0.0.0:8080/",
        "http://169.254.169.254:8080/", "http://example.com:8080/", "http://127.1:8080/",
        "http://2130706433:8080/", "http://[::ffff:127.0.0.1]:8080/", "http://u@127.0.0.1:8080/",
        "http://192.168.1.2:8080/", "http://[fe80::1]:8080/", "ftp://127.0.0.1:8080/",
        "http://printer.lan:8080/", "http://intranet:8080/", "http://localhost.localdomain:8080/",
    ],
)  # fmt: skip
def test_the_local_stack_may_use_no_other_private_address(url: str) -> None:
    with pytest.raises(Blocked):
        resolve(url, loopback=True, lookup=_dns(localhost=["127.0.0.1"]))


@given(st.ip_addresses())
def test_no_special_address_of_the_standard_library_is_public(ip: object) -> None:
    parsed = ip_address(str(ip))

    special = (
        parsed.is_private
        or parsed.is_loopback
        or parsed.is_link_local
        or parsed.is_multicast
        or parsed.is_reserved
    )
    if address.is_public(parsed) and parsed not in address._NAT64:
        assert not special
        assert not parsed.is_unspecified


@given(st.text(), st.booleans())
def test_any_text_is_blocked_unresolved_or_resolved(text: str, loopback: bool) -> None:
    for url in (text, f"https://{text}", f"https://{text}/", f"https://example.com/{text}"):
        try:
            target = resolve(url, loopback=loopback, lookup=_dns())
        except (Blocked, Unresolved):
            continue
        assert target.host.isascii()
        assert target.path.isascii()
        assert target.path.startswith("/")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/b", "https://a.example/b"),
        ("https://a.example/b?token=x", "https://a.example/b?***"),
        ("https://a.example/b#token", "https://a.example/b"),
    ],
)
def test_the_url_for_logs_has_no_query(url: str, shown: str) -> None:
    assert address.without_query(url) == shown


def test_a_failure_of_the_systems_resolver_results_in_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def respond(host: str, port: int, **_: object) -> object:
        if host == "nowhere.example":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))]

    monkeypatch.setattr(socket, "getaddrinfo", respond)

    assert address.query_dns("example.com", 443) == [PUBLIC]
    assert address.query_dns("nowhere.example", 443) == []
