"""Pages that are open to whoever has their address: the address is the key."""

from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers


def kept_private(response: HttpResponse) -> HttpResponse:
    """In no cache, and its address told to no other site.

    Not `no-referrer`: under it browsers send a form with `Origin: null`, which is refused.
    """
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "same-origin"
    return response
