"""Mails that were written: one row each, whatever becomes of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from comptoir.kernel.ids import new_id


class OutgoingMail(models.Model):
    """A mail, rendered when it was asked for. Its body is forgotten once it needs no more sending: it may hold a link
    that lets its reader in."""

    class State(models.TextChoices):
        """What became of it so far."""

        WAITING = "waiting"
        SENT = "sent"
        GIVEN_UP = "given_up"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.CASCADE)
    template = models.CharField(max_length=120)
    key = models.CharField(max_length=200, blank=True)
    to = models.EmailField(max_length=320)
    reply_to = models.EmailField(max_length=320, blank=True)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=400)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # Pictures that the HTML shows: cid, name and the PNG in base64.
    images = models.JSONField(default=list)
    # Files that go with it: name, media type and the content in base64.
    attachments = models.JSONField(default=list)
    message_id = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    # When it is tried (again). While one worker talks to the server, this stands behind the end of that talk.
    due_at = models.DateTimeField()
    fault = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="one_mail_per_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mail_waiting"),
            models.Index(fields=["organisation", "-created_at"], name="mail_of_organisation"),
        ]
