"""Routes of loyalty's pages."""

from django.urls import path

from comptoir.apps.loyalty import pages

urlpatterns = [
    path("loyalty", pages.loyalty, name="loyalty"),
    path("loyalty/counter", pages.counter, name="loyalty_counter"),
    path("loyalty/counter/<str:offer_id>", pages.claim, name="loyalty_claim"),
    path("loyalty/counter/<str:offer_id>/thanks", pages.thanks, name="loyalty_thanks"),
    path("loyalty/members", pages.members, name="loyalty_members"),
    path("loyalty/members/<str:member_id>", pages.member, name="loyalty_member"),
]
