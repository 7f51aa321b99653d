"""The peer: the same door as a plain Django view, one commit per request, as an ordinary project would write it.

To its favour: no middleware, no sessions, a warm connection pool with a place for each thread, and copies within a
minute ignored rather than counted. It runs as WSGI through a2wsgi on the same server kind, since Django's own ASGI
handler is slower for such a view.
"""

import hashlib
import os
from datetime import UTC, datetime

import django
from a2wsgi import WSGIMiddleware
from django.conf import settings

from comptoir.project import environment

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": environment.database(os.environ)},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[],
    LOGGING_CONFIG=None,
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  (settings come first)
from django.db import models  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Address(models.Model):
    """The product's own table of webhook addresses."""

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField()
    store_id = models.UUIDField()
    provider = models.CharField(max_length=40)
    token_hash = models.BinaryField(unique=True)
    objects: "models.Manager[Address]" = models.Manager()

    class Meta:
        app_label = "plain"
        managed = False
        db_table = "connections_webhookaddress"


class Notification(models.Model):
    """A table equal to the product's inbox."""

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.UUIDField(null=True)
    store_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=40)
    door = models.CharField(max_length=60)
    verified = models.BooleanField()
    body = models.BinaryField()
    body_hash = models.BinaryField()
    headers = models.JSONField(default=dict)
    copies = models.IntegerField(default=1)
    received_at = models.DateTimeField()
    received_minute = models.DateTimeField()
    outcome = models.CharField(max_length=16, default="")
    location_id = models.CharField(max_length=64, default="")
    delivery = models.CharField(max_length=120, default="")
    fault_path = models.CharField(max_length=200, default="")
    fault = models.TextField(default="")
    taken_for_store = models.BooleanField(default=False)
    objects: "models.Manager[Notification]" = models.Manager()

    class Meta:
        app_label = "plain"
        managed = False
        db_table = "bench_notification"


def take(request: HttpRequest, provider: str, token: str) -> JsonResponse:
    """One lookup, one insert, one commit."""
    token_hash = hashlib.sha256(token.encode()).digest()
    address = Address.objects.filter(token_hash=token_hash, provider=provider).first()
    if address is None:
        return JsonResponse({"status": "unknown"}, status=404)
    now = datetime.now(UTC)
    arrived = Notification(
        organisation_id=address.organisation_id,
        store_id=address.store_id,
        provider=provider,
        door=f"hooks/{provider}/{token_hash.hex()[:16]}",
        verified=True,
        body=request.body,
        body_hash=hashlib.sha256(request.body).digest(),
        headers={"content-type": request.content_type, "user-agent": request.headers.get("user-agent", "")},
        received_at=now,
        received_minute=now.replace(second=0, microsecond=0),
    )
    Notification.objects.bulk_create([arrived], ignore_conflicts=True)
    answer = JsonResponse({"status": "accepted"}, status=202)
    answer["Content-Length"] = str(len(answer.content))
    return answer


urlpatterns = [path("hooks/<str:provider>/<str:token>", take)]
application = WSGIMiddleware(get_wsgi_application(), workers=environment.POOL_SIZE)  # type: ignore[arg-type]
