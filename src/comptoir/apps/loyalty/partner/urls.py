"""Every call of the partner API."""

from django.urls import path

from comptoir.apps.loyalty.partner import (
    alias_pages,
    checkin_calls,
    checklist_calls,
    checklist_page,
    customer_calls,
    game_calls,
    hook_calls,
    hook_pages,
    oauth_calls,
    order_calls,
    reward_calls,
    store_calls,
)
from comptoir.apps.loyalty.partner.api import api, nothing_there

for router in (
    oauth_calls.router,
    store_calls.router,
    customer_calls.router,
    order_calls.router,
    checkin_calls.router,
    reward_calls.router,
    hook_calls.router,
    game_calls.router,
    checklist_calls.router,
):
    api.add_router("", router)

urlpatterns = [
    path("partner/v1/oauth/form", oauth_calls.form, name="partner_oauth_form"),
    path("partner/v1/", api.urls),
    path("loyalty/partners/checklist", checklist_page.checklist, name="loyalty_partner_checklist"),
    path("loyalty/partners/messages", hook_pages.messages, name="loyalty_partner_messages"),
    path("loyalty/partners/messages/<str:message_id>/again", hook_pages.again, name="loyalty_partner_message_again"),
    path("backoffice/aliases", alias_pages.names, name="backoffice_aliases"),
    path(
        "backoffice/aliases/<str:kind>/<slug:name>/<slug:other>/remove",
        alias_pages.remove,
        name="backoffice_alias_remove",
    ),
    path("partner/v1/<path:rest>", nothing_there, name="partner_nothing_there"),
]
