"""Routes of traffic's pages."""

from django.urls import path

from comptoir.apps.traffic.pages import dashboard, days, equation, integration, locations, mails, reports, settings

urlpatterns = [
    path("traffic", dashboard.dashboard, name="traffic"),
    path("traffic/days/<str:store_id>/<str:on>", days.day, name="traffic_day"),
    path("traffic/days/<str:store_id>/<str:on>/edit", days.edit, name="traffic_day_edit"),
    path("traffic/days/<str:store_id>/<str:on>/undo/<int:at>", days.undo, name="traffic_day_undo"),
    path("traffic/reports/totals", reports.totals, name="traffic_totals"),
    path("traffic/reports/totals/export", reports.totals_export, name="traffic_totals_export"),
    path("traffic/reports/comparison", reports.comparison, name="traffic_comparison"),
    path("traffic/reports/equation", equation.equation, name="traffic_equation"),
    path("traffic/reports/data", reports.data_export, name="traffic_export"),
    path("traffic/reports/data/<slug:kind>", reports.download, name="traffic_download"),
    path("traffic/reports/quality", reports.quality, name="traffic_quality"),
    path("traffic/reports/changes", reports.changes, name="traffic_changes"),
    path("traffic/reports/changes/export", reports.changes_export, name="traffic_changes_export"),
    path("traffic/reports/mails", mails.mails, name="traffic_mails"),
    path("traffic/reports/mails/<str:mail_id>/delete", mails.delete, name="traffic_mail_delete"),
    path("traffic/locations", locations.locations, name="traffic_locations"),
    path("traffic/locations/upload", locations.upload, name="traffic_upload"),
    path("traffic/locations/nodes", locations.node_add, name="traffic_node_add"),
    path("traffic/locations/<str:store_id>", locations.location, name="traffic_location"),
    path("traffic/locations/<str:store_id>/save", locations.location_save, name="traffic_location_save"),
    path("traffic/locations/<str:store_id>/counters", locations.counter_add, name="traffic_counter_add"),
    path(
        "traffic/locations/<str:store_id>/counters/<str:counter_id>/<slug:position>",
        locations.counter_switch,
        name="traffic_counter_switch",
    ),
    path("traffic/integrations", integration.integrations, name="traffic_jobs"),
    path("traffic/integrations/new", integration.add, name="traffic_job_add"),
    path("traffic/integrations/<str:job_id>", integration.integration, name="traffic_job"),
    path("traffic/integrations/<str:job_id>/match", integration.match, name="traffic_job_match"),
    path("traffic/integrations/<str:job_id>/check", integration.check, name="traffic_job_check"),
    path("traffic/integrations/<str:job_id>/schedule", integration.schedule, name="traffic_job_schedule"),
    path("traffic/integrations/<str:job_id>/delete", integration.delete, name="traffic_job_delete"),
    path("traffic/integrations/<str:job_id>/<slug:position>", integration.switch, name="traffic_job_switch"),
    path("traffic/settings", settings.settings, name="traffic_settings"),
    path("traffic/settings/save", settings.settings_save, name="traffic_settings_save"),
    path("traffic/settings/editors", settings.editor_add, name="traffic_editor_add"),
    path("traffic/settings/editors/<int:user_id>/remove", integration.editor_remove, name="traffic_editor_remove"),
    path(
        "traffic/settings/editors/<int:user_id>/restore/<str:nodes>",
        integration.editor_restore,
        name="traffic_editor_restore",
    ),
]
