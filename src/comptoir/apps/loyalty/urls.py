"""Routes of loyalty's pages."""

from django.urls import path

from comptoir.apps.loyalty import pages
from comptoir.apps.loyalty.programme import pages as programme_pages

urlpatterns = [
    path("loyalty", pages.loyalty, name="loyalty"),
    path("loyalty/counter", pages.counter, name="loyalty_counter"),
    path("loyalty/counter/<str:offer_id>", pages.claim, name="loyalty_claim"),
    path("loyalty/counter/<str:offer_id>/thanks", pages.thanks, name="loyalty_thanks"),
    path("loyalty/members", pages.members, name="loyalty_members"),
    path("loyalty/members/<str:member_id>", pages.member, name="loyalty_member"),
    path("loyalty/programme", programme_pages.programme, name="loyalty_programme"),
    path("loyalty/programme/change", programme_pages.change, name="loyalty_programme_change"),
    path("loyalty/programme/example", programme_pages.example, name="loyalty_programme_example"),
]
