"""Routes of the weekly balance's pages."""

from django.urls import path

from comptoir.apps.weekly_balance import (
    approving_pages,
    budget_pages,
    exporting,
    import_pages,
    pages,
    preset_pages,
    reopen_pages,
    set_up_pages,
    typing_pages,
)

urlpatterns = [
    path("balance", pages.balance, name="balance"),
    path("balance/budgets", budget_pages.budget, name="balance_budgets"),
    path("balance/totals", budget_pages.side_by_side, name="balance_totals"),
    path("balance/today", budget_pages.today, name="balance_today"),
    path("balance/settings", set_up_pages.settings, name="balance_settings"),
    path("balance/settings/save", set_up_pages.save_settings, name="balance_settings_save"),
    path("balance/departments", set_up_pages.departments, name="balance_departments"),
    path("balance/departments/<str:department_id>", set_up_pages.department, name="balance_department"),
    path("balance/departments/<str:department_id>/save", set_up_pages.save_department, name="balance_department_save"),
    path("balance/fields", set_up_pages.fields, name="balance_fields"),
    path("balance/fields/<str:field_id>", set_up_pages.save_field, name="balance_field_save"),
    path("balance/presets", preset_pages.what_net_means, name="balance_presets"),
    path("balance/presets/<slug:preset>", preset_pages.choose_preset, name="balance_preset_choose"),
    path("balance/import", import_pages.imports, name="balance_import"),
    path("balance/import/begin", import_pages.begin, name="balance_import_begin"),
    path("balance/imports/<str:import_id>/<slug:what>", import_pages.act, name="balance_import_act"),
    path("balance/corrections/<str:correction_id>/<slug:decision>", pages.decide, name="balance_correction"),
    path("balance/of/<str:department_id>/export", exporting.export, name="balance_export"),
    path("balance/of/<str:department_id>/numbers", typing_pages.type_numbers, name="balance_type"),
    path("balance/of/<str:department_id>/undo", typing_pages.undo, name="balance_undo"),
    path("balance/of/<str:department_id>/budget/<slug:what>", budget_pages.save_budget, name="balance_budget_save"),
    path("balance/of/<str:department_id>/<str:day>/hours", typing_pages.type_hours, name="balance_hours"),
    path("balance/of/<str:department_id>/<str:day>", pages.one_day, name="balance_day"),
    path("balance/of/<str:department_id>/<str:day>/confirm", pages.confirm, name="balance_confirm"),
    path("balance/of/<str:department_id>/<str:day>/reopen", pages.reopen, name="balance_reopen"),
    path("balance/of/<str:department_id>/<str:day>/ask", reopen_pages.ask, name="balance_reopen_ask"),
    path("balance/reopening/<str:request_id>/<slug:decision>", reopen_pages.answer, name="balance_reopen_answer"),
    path("balance/reopening/<str:request_id>/asker/<slug:what>", reopen_pages.settle, name="balance_reopen_settle"),
    path(
        "balance/of/<str:department_id>/<str:day>/approve/<str:field_id>",
        approving_pages.approve,
        name="balance_approve",
    ),
    path("balance/of/<str:department_id>/<str:day>/note", pages.note, name="balance_note"),
]
