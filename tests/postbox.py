"""A real mail server for one test, and the house set up to send through it."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from comptoir.core.mail.server import mail_server
from comptoir.sandbox.postbox import Postbox


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """Mails arrive here once the jobs are drained."""
    box = Postbox()
    box.start()
    with override_settings(COMPTOIR_MAIL_SERVER=mail_server(box.url)):
        yield box
    box.stop()
