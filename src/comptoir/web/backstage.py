"""The gate of the back office: pages for whoever runs the installation, who needs no membership for them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from comptoir.core.accounts.models import User
from comptoir.web.shell import PermittedView

PERMISSION: Final = "operator"
"""What stands on these views where a role's permission stands on others; no role has it."""

P = ParamSpec("P")


class OperatorRequest(HttpRequest):
    """A request of an operator."""

    user: User


def operators(view: Callable[Concatenate[OperatorRequest, P], HttpResponseBase]) -> PermittedView:
    """A page for operators alone; owners of organisations are told that it is not theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_operator:
            return render(request, "web/forbidden.html", {"role_name": ""}, status=403)
        response = view(cast(OperatorRequest, request), *args, **kwargs)
        add_never_cache_headers(response)
        return response

    marked = cast(PermittedView, guarded)
    marked.permission = PERMISSION
    return marked
