"""The job of report mails, apart from the others: the reports' pages make these mails, and pages enqueue jobs."""

from datetime import UTC, datetime

from comptoir.apps.traffic import report_mails
from comptoir.core.jobs import engine


@engine.periodic("traffic.report_mails", cron="*/5 * * * *")
def mail_reports() -> None:
    """Reports whose time has come go out."""
    report_mails.send_due(now=datetime.now(UTC))
