"""How Django draws forms here: `{{ form }}` and `{{ form.field.as_field_group }}` come out in the house style."""

from typing import Any

from django.forms import DateInput
from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Named in settings as FORM_RENDERER."""

    form_template_name = "web/parts/form.html"
    field_template_name = "web/parts/field.html"


class DayInput(DateInput):
    """A browser's own date field. It knows YYYY-MM-DD alone: written as the language writes days it stands empty."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
