"""What one address may ask for within a minute, so that nobody keeps a lecture hall waiting."""

import math
import time
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request

from app.language import _, number
from app.sentences import InputError

# What an answer costs, in about milliseconds of work. A classroom behind one address mostly asks for kept pages.
KEPT, MADE, PROOF, UPLOAD = 1, 10, 300, 500


class TooManyError(InputError):
    """An address has asked for more than its allowance."""

    status = 429

    def __init__(self, seconds: int) -> None:
        message = _(
            "Many requests came from your network within a minute, more than this server answers. "
            "Nothing is lost: try again in %(seconds)s s."
        )
        super().__init__("too_many_requests", message % {"seconds": number(seconds)}, limit=seconds)
        self.headers = {"Retry-After": f"{seconds}"}


class Allowance:
    """What addresses may cost within a minute, counted in a sliding window; 0: anything."""

    def __init__(self, per_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None

    def charge(self, request: Request, cost: int) -> None:
        """Take a cost from the allowance of whoever asks; TooManyError where it is used up."""
        if self._item is None:
            return
        who = network(request.client.host if request.client else "")
        if not self._limiter.hit(self._item, who, cost=cost):
            until = self._limiter.get_window_stats(self._item, who).reset_time
            raise TooManyError(max(1, math.ceil(until - time.time())))


def network(host: str) -> str:
    """Whose requests count together: an address of IPv4, and in IPv6 the network of a household.

    >>> network("192.0.2.7"), network("2001:db8:1:2:3:4:5:6"), network("::ffff:192.0.2.7"), network("testclient")
    ('192.0.2.7', '2001:db8:1:2::', '192.0.2.7', 'testclient')
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    # A socket of both kinds names every IPv4 address as one of IPv6.
    return f"{address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64)}"
