from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('health', '0003_given_back'),
    ]

    operations = [
        migrations.AlterField(
            model_name='incident',
            name='cause',
            field=models.CharField(choices=[('signed_out', 'signed_out'), ('given_back', 'given_back'), ('renewal_failing', 'renewal_failing'), ('vendor_unreachable', 'vendor_unreachable'), ('vendor_limits', 'vendor_limits'), ('location_unlinked', 'location_unlinked'), ('store_not_connected', 'store_not_connected'), ('nothing_yet', 'nothing_yet'), ('notifications_stopped', 'notifications_stopped'), ('quiet', 'quiet'), ('parked', 'parked'), ('money_not_on_till', 'money_not_on_till'), ('payment_unknown', 'payment_unknown'), ('import_stopped', 'import_stopped'), ('app_failing', 'app_failing'), ('backlog_old', 'backlog_old'), ('no_worker', 'no_worker'), ('mail_not_set', 'mail_not_set')], max_length=40),
        ),
    ]
