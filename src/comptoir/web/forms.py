"""How Django draws forms here: `{{ form }}` and `{{ form.field.as_field_group }}` come out in the house style."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Named in settings as FORM_RENDERER."""

    form_template_name = "web/parts/form.html"
    field_template_name = "web/parts/field.html"
