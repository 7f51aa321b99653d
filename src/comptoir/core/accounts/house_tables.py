"""The table of what is set for the whole installation."""

from django.db import models


class Configuration(models.Model):
    """A value by its name, as plain JSON; it belongs to no organisation and holds no secret."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)
