"""Routes of the house's own pages."""

from allauth.account import views as account
from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from comptoir.web.pages import (
    components,
    connections,
    health,
    imports,
    inbox,
    joining,
    metrics,
    modules,
    organisation,
    overview,
    people,
    profile,
    sales,
    signing_up,
    tokens,
)
from comptoir.web.pages import settings as setting_up

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("sign-in", account.login, name="account_login"),
    path("sign-out", account.logout, name="account_logout"),
    path("sign-up", signing_up.sign_up, name="account_signup"),
    path("sign-up/<str:token>", signing_up.finish, name="sign_up_finish"),
    path("sign-in/again", account.reauthenticate, name="account_reauthenticate"),
    path("password/forgotten", account.password_reset, name="account_reset_password"),
    path("password/forgotten/sent", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/new", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("settings/profile", profile.profile, name="profile"),
    path("settings/profile/password", account.password_change, name="account_change_password"),
    path("settings/profile/password/choose", account.password_set, name="account_set_password"),
    path("settings/second-factor/", include("allauth.mfa.urls")),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<str:token_id>/revoke", tokens.revoke, name="token_revoke"),
    path("settings/tokens/<str:token_id>/restore", tokens.restore, name="token_restore"),
    path("switched-off", account.account_inactive, name="account_inactive"),
    path("organisation", organisation.switch, name="organisation"),
    path("live-address", organisation.live_address, name="live_address"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("language", set_language, name="language"),
    path("connections", connections.connections, name="connections"),
    path("connections/connect/<slug:provider>", connections.connect, name="connect"),
    path("connections/returned", connections.returned, name="connection_returned"),
    path("connections/<str:connection_id>", connections.connection, name="connection"),
    path("connections/<str:connection_id>/locations", connections.link, name="connection_link"),
    path("connections/<str:connection_id>/refresh", connections.refresh, name="connection_refresh"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/replay", inbox.replay, name="inbox_replay"),
    path("inbox/<int:notification_id>", inbox.notification, name="notification"),
    path("inbox/<int:notification_id>/replay", inbox.replay_one, name="notification_replay"),
    path("imports", imports.imports, name="imports"),
    path("imports/new", imports.begin, name="import_begin"),
    path("imports/<str:import_id>", imports.one, name="import"),
    path("imports/<str:import_id>/pause", imports.pause, name="import_pause"),
    path("imports/<str:import_id>/cancel", imports.cancel, name="import_cancel"),
    path("imports/<str:import_id>/go-on", imports.go_on, name="import_go_on"),
    path("settings", setting_up.settings, name="settings"),
    # Where the help pages of other programmes send people.
    path("integrations", RedirectView.as_view(pattern_name="connections"), name="integrations"),
    path("settings/users", people.users, name="users"),
    path("settings/users/<int:membership_id>", people.user, name="user"),
    path("settings/users/<int:membership_id>/remove", people.remove, name="user_remove"),
    path("settings/users/restore/<str:token>", people.restore, name="user_restore"),
    path("settings/invitations/<str:invitation_id>/resend", people.resend, name="invitation_resend"),
    path("settings/invitations/<str:invitation_id>/withdraw", people.withdraw, name="invitation_withdraw"),
    path("invitations/<str:token>", joining.invitation, name="invitation"),
    path("settings/modules", modules.modules, name="modules"),
    path("settings/modules/<str:store_id>/<slug:app>/catch-up", modules.catch_up, name="module_catch_up"),
    path("settings/modules/<str:store_id>/<slug:app>/<slug:position>", modules.switch, name="module_switch"),
    path("sales", sales.sales, name="sales"),
    path("sales/<str:sale_id>", sales.sale, name="sale"),
]

if getattr(settings, "COMPTOIR_DEVELOPMENT", False):
    urlpatterns.append(path("_ui", components.components, name="components"))
