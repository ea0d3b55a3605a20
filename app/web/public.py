"""The app's addresses as they are given away: in links, frames and pictures on other sites."""

from starlette.requests import Request


def public_url(request: Request, path: str) -> str:
    """The full address of a path from the app's root, which begins with a slash.

    By the operator's setting, else as the request came. What it is in must not be kept for requests to another host.
    """
    known: str = request.app.state.settings.public_url
    return f"{known or str(request.base_url).rstrip('/')}{path}"
