"""Where a request comes from, as far as it can be believed."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

IPV6_PREFIX = 64  # one household; its devices choose the rest, as often as they like


def network_of(request: HttpRequest) -> str:
    """The address of whoever asked: what the outermost of our own proxies saw. What stands before it, anybody wrote."""
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        seen = forwarded[-min(settings.TRUSTED_PROXIES, len(forwarded))].strip() or seen
    try:
        address = ip_address(seen)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address.packed, IPV6_PREFIX), strict=False))
    return str(address)
