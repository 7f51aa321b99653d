"""A delivery may name several apps."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("outbox", "0004_streams")]

    operations: ClassVar = [
        migrations.AlterField(model_name="delivery", name="app", field=models.CharField(max_length=400)),
    ]
