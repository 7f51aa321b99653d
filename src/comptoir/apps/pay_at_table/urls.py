"""Routes of pay at table's pages."""

from django.urls import path

from comptoir.apps.pay_at_table.mail_stops import STOP_ROUTE
from comptoir.apps.pay_at_table.pages import (
    business_days,
    catalogue,
    integrations,
    links,
    orders,
    orphans,
    payments,
    prices,
    tables,
    trying,
)
from comptoir.apps.pay_at_table.retry_links import ORDER_ROUTE, RETRY_ROUTE

urlpatterns = [
    path(RETRY_ROUTE, links.again, name="table_again"),
    path(STOP_ROUTE, links.stop, name="table_stop"),
    path("pay-at-table", tables.tables, name="tables"),
    path("pay-at-table/payments", payments.payments, name="table_payments"),
    path("pay-at-table/payments/export", payments.export, name="table_payments_export"),
    path("pay-at-table/payments/retry-all", payments.retry_all, name="table_retry_all"),
    path("pay-at-table/payments/unknown/<str:reference>", orphans.seen_to, name="table_unknown_seen_to"),
    path("pay-at-table/payments/<str:payment_id>", payments.payment, name="table_payment"),
    path("pay-at-table/payments/<str:payment_id>/<slug:what>", payments.act, name="table_payment_act"),
    path("pay-at-table/orders", orders.orders, name="table_orders"),
    path(ORDER_ROUTE, orders.order, name="table_order"),
    path(f"{ORDER_ROUTE}/<slug:what>", orders.act, name="table_order_act"),
    path("pay-at-table/reconciliation", business_days.reconciliation, name="table_reconciliation"),
    path("pay-at-table/reconciliation/export", business_days.reconciliation_export, name="table_reconciliation_export"),
    path("pay-at-table/reconciliation/<str:integration_id>/<str:day>", business_days.reconcile, name="table_reconcile"),
    path("pay-at-table/catalogue", catalogue.catalogue, name="table_catalogue"),
    path("pay-at-table/catalogue/<slug:provider>", catalogue.one, name="table_offer"),
    path("pay-at-table/plan", catalogue.plan, name="table_plan"),
    path("pay-at-table/plan/export", catalogue.plan_export, name="table_plan_export"),
    path("backoffice/pay-at-table", prices.prices, name="backoffice_tables"),
    path("backoffice/pay-at-table/export", prices.export, name="backoffice_tables_export"),
    path("pay-at-table/integrations/<str:integration_id>/plan/<slug:what>", catalogue.plan_act, name="table_plan_act"),
    path("pay-at-table/integrations", integrations.overview, name="table_integrations"),
    path("pay-at-table/integrations/add", integrations.add, name="table_integration_add"),
    path("pay-at-table/integrations/<str:integration_id>", integrations.one, name="table_integration"),
    path("pay-at-table/integrations/<str:integration_id>/save", integrations.save, name="table_integration_save"),
    path("pay-at-table/integrations/<str:integration_id>/test", trying.choose, name="table_test"),
    path("pay-at-table/integrations/<str:integration_id>/test/pay", trying.pay, name="table_test_pay"),
    path(
        "pay-at-table/integrations/<str:integration_id>/switch/<slug:way>",
        integrations.switch,
        name="table_integration_switch",
    ),
    path(
        "pay-at-table/integrations/<str:integration_id>/providers/<str:key_id>/<slug:decision>",
        integrations.answer,
        name="table_provider",
    ),
]
