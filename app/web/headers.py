"""What every answer's headers say about what a page may do."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(  # no inline script or style, nothing from elsewhere
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    ]
)


def headers(frame_ancestors: str) -> dict[str, str]:
    """The headers; frame_ancestors: who may frame the app, as the setting has it.

    For anyone, there is no rule at all: * would leave out slides opened from a file. X-Frame-Options is never sent: it
    cannot name sites, and browsers that know this policy go by the policy.
    """
    sites = "'none'" if frame_ancestors == "none" else f"'self' {frame_ancestors}"  # for the panel with the preview
    return {
        "content-security-policy": POLICY if frame_ancestors == "*" else f"{POLICY}; frame-ancestors {sites}",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",  # the sentence is in the URL, and no other site's business
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
        # A window of its own is cut off from whoever opened it. Any page may have the app in a frame, also one that is
        # isolated from all that does not say so, as notebooks that run in the browser are.
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "cross-origin",
    }


class SecurityHeaders:
    """ASGI middleware that adds headers to every answer."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        # Where a trusted proxy says that a visitor came by TLS, the browser may hold the site to it from then on.
        self.raw_by_tls = [*self.raw, (b"strict-transport-security", b"max-age=31536000")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                always = self.raw_by_tls if scope.get("scheme") == "https" else self.raw
                message["headers"] = [*message["headers"], *always]
            await send(message)

        await self.app(scope, receive, send_with_headers)
