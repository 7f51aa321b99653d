"""Tables of the weekly balance, by subject. Amounts are unrounded decimals in major units; instants are UTC."""

from comptoir.apps.weekly_balance.models.budgets import Budget, BudgetShape
from comptoir.apps.weekly_balance.models.departments import Department, Field, Register
from comptoir.apps.weekly_balance.models.imports import Night, PosImport
from comptoir.apps.weekly_balance.models.numbers import Cell, Day, HourFigure, TypedHour
from comptoir.apps.weekly_balance.models.reopening import ReopenRequest
from comptoir.apps.weekly_balance.models.settings import Client
from comptoir.apps.weekly_balance.models.trail import Change, Correction

__all__ = [
    "Budget",
    "BudgetShape",
    "Cell",
    "Change",
    "Client",
    "Correction",
    "Day",
    "Department",
    "Field",
    "HourFigure",
    "Night",
    "PosImport",
    "Register",
    "ReopenRequest",
    "TypedHour",
]
