"""Routes of loyalty's pages."""

from django.urls import path

from comptoir.apps.loyalty import pages
from comptoir.apps.loyalty.figures import pages as figures
from comptoir.apps.loyalty.importing import pages as imports
from comptoir.apps.loyalty.members import alert_pages as alerts
from comptoir.apps.loyalty.members import open_pages, pass_pages
from comptoir.apps.loyalty.members import pages as members
from comptoir.apps.loyalty.members import person_pages as person
from comptoir.apps.loyalty.partner import urls as partner
from comptoir.apps.loyalty.programme import bonus_pages
from comptoir.apps.loyalty.programme import pages as programme_pages
from comptoir.apps.loyalty.rewards import member_pages as member_rewards
from comptoir.apps.loyalty.rewards import pages as rewards
from comptoir.apps.loyalty.tablets import door, screen
from comptoir.apps.loyalty.tablets import pages as tablets

urlpatterns = [
    *partner.urlpatterns,
    path("loyalty", pages.loyalty, name="loyalty"),
    path("loyalty/counter", pages.counter, name="loyalty_counter"),
    path("loyalty/counter/<str:offer_id>", pages.claim, name="loyalty_claim"),
    path("loyalty/counter/<str:offer_id>/thanks", pages.thanks, name="loyalty_thanks"),
    path("loyalty/members", members.members, name="loyalty_members"),
    path("loyalty/members/export", members.export, name="loyalty_members_export"),
    path("loyalty/members/settings", members.settings, name="loyalty_members_settings"),
    path("loyalty/members/imports", imports.imports, name="loyalty_imports"),
    path("loyalty/members/imports/<str:import_id>", imports.one, name="loyalty_import"),
    path("loyalty/members/imports/<str:import_id>/undo", imports.undo, name="loyalty_import_undo"),
    path("loyalty/members/imports/<str:import_id>/discard", imports.discard, name="loyalty_import_discard"),
    path("loyalty/members/silent", members.silent, name="loyalty_members_silent"),
    path("loyalty/members/watch", members.watch, name="loyalty_members_watch"),
    path("loyalty/members/<str:member_id>", person.member, name="loyalty_member"),
    path("loyalty/members/<str:member_id>/edit", person.edit, name="loyalty_member_edit"),
    path("loyalty/members/<str:member_id>/changes/<str:change_id>/undo", person.undo, name="loyalty_member_undo"),
    path("loyalty/members/<str:member_id>/consent", person.consent, name="loyalty_member_consent"),
    path("loyalty/members/<str:member_id>/merge", person.merge, name="loyalty_member_merge"),
    path("loyalty/members/<str:member_id>/merges/<str:merge_id>/undo", person.unmerge, name="loyalty_member_unmerge"),
    path("loyalty/members/<str:member_id>/leave", person.leave, name="loyalty_member_leave"),
    path("loyalty/members/<str:member_id>/data", person.hand_over, name="loyalty_member_data"),
    path("loyalty/members/<str:member_id>/pin", person.pin, name="loyalty_member_pin"),
    path("loyalty/members/<str:member_id>/rewards", member_rewards.buy, name="loyalty_member_buy"),
    path("loyalty/members/<str:member_id>/pass", pass_pages.make, name="loyalty_member_pass"),
    path("pass/<str:code>", pass_pages.own, name="loyalty_pass"),
    path("loyalty/held/<str:held_id>/lock", member_rewards.lock, name="loyalty_held_lock"),
    path("loyalty/held/<str:held_id>/unlock", member_rewards.unlock, name="loyalty_held_unlock"),
    path("loyalty/held/<str:held_id>/use", member_rewards.use, name="loyalty_held_use"),
    path("loyalty/held/<str:held_id>/cancel", member_rewards.cancel, name="loyalty_held_cancel"),
    path("loyalty/figures", figures.figures, name="loyalty_figures"),
    path("loyalty/figures/export", figures.export, name="loyalty_figures_export"),
    path("loyalty/alerts", alerts.alerts, name="loyalty_alerts"),
    path("loyalty/alerts/<str:alert_id>/<slug:position>", alerts.put_aside, name="loyalty_alert"),
    path("loyalty/rewards", rewards.rewards, name="loyalty_rewards"),
    path("loyalty/rewards/export", rewards.export, name="loyalty_rewards_export"),
    path("loyalty/rewards/new", rewards.reward, name="loyalty_reward_new"),
    path("loyalty/rewards/<str:reward_id>", rewards.reward, name="loyalty_reward"),
    path("loyalty/rewards/<str:reward_id>/<slug:position>", rewards.switch, name="loyalty_reward_switch"),
    path("unsubscribe/<str:token>", open_pages.unsubscribe, name="loyalty_unsubscribe"),
    path("loyalty/programme", programme_pages.programme, name="loyalty_programme"),
    path("loyalty/programme/change", programme_pages.change, name="loyalty_programme_change"),
    path("loyalty/programme/example", programme_pages.example, name="loyalty_programme_example"),
    path("loyalty/bonuses", bonus_pages.bonuses, name="loyalty_bonuses"),
    path("loyalty/bonuses/new/<slug:kind>", bonus_pages.new, name="loyalty_bonus_new"),
    path("loyalty/bonuses/<str:bonus_id>/<slug:position>", bonus_pages.switch, name="loyalty_bonus_switch"),
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
    path("tablet/consent", door.consent, name="screen_consent"),
    path("tablet/spend", door.spend, name="screen_spend"),
    path("tablet/dismiss", door.dismiss, name="screen_dismiss"),
]
