"""Routes of loyalty's pages."""

from django.urls import path

from comptoir.apps.loyalty import pages
from comptoir.apps.loyalty.programme import pages as programme_pages
from comptoir.apps.loyalty.tablets import door, screen
from comptoir.apps.loyalty.tablets import pages as tablets

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
    path("loyalty/set-up", tablets.set_up, name="loyalty_set_up"),
    path("tablets", tablets.tablets, name="tablets"),
    path("tablets/code", tablets.code, name="tablet_code"),
    path("tablets/registers/<str:register_id>/passive", tablets.passive, name="register_passive"),
    path("tablets/<str:tablet_id>", tablets.tablet, name="tablet"),
    path("tablets/<str:tablet_id>/diagnosis", tablets.diagnosis, name="tablet_diagnosis"),
    path("tablets/<str:tablet_id>/identify", tablets.identify, name="tablet_identify"),
    path("tablets/<str:tablet_id>/link", tablets.link, name="tablet_link"),
    path("tablets/<str:tablet_id>/revoke", tablets.revoke, name="tablet_revoke"),
    path("tablet", screen.screen, name="screen"),
    path("tablet/manifest", screen.manifest, name="screen_manifest"),
    path("tablet/worker.js", screen.worker, name="screen_worker"),
    path("tablet/pair", door.pair, name="screen_pair"),
    path("tablet/tell", door.tell, name="screen_tell"),
    path("tablet/claim", door.claim, name="screen_claim"),
    path("tablet/undo", door.undo, name="screen_undo"),
    path("tablet/dismiss", door.dismiss, name="screen_dismiss"),
]
