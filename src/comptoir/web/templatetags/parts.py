"""The components, one tag each; `docs/reference/components.md` lists them, `/_ui` shows them."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString, mark_safe
from structlog.contextvars import get_contextvars

from comptoir.web import assets, charts, icons
from comptoir.web.parts import Action, Level, Moment, Status, Step, Tab

register = template.Library()
register.simple_tag(icons.draw, name="icon")
register.simple_tag(assets.address, name="asset")

MESSAGE_LEVELS: dict[str, Level] = {"success": "ok", "warning": "warn", "error": "bad"}
CHECKLIST_ICONS = {"done": "ok", "now": "right", "waiting": "off", "stuck": "bad"}


@register.simple_tag
def request_id() -> str:
    """The correlation id of this request, as the log knows it; empty outside a request."""
    return str(get_contextvars().get("request_id", ""))


@register.simple_tag(takes_context=True)
def block_again(context: Context, name: str) -> SafeString:
    """The text of a block that also stands elsewhere: a page writes its title once, for the head and the heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return block.render(context) if block else SafeString("")


@register.inclusion_tag("web/parts/status.html")
def status(light: Status | Level, word: str = "", since: datetime | None = None, cause: str = "") -> dict[str, Any]:
    """A status light: `{% status light %}` of a `parts.Status`, or `{% status "ok" _("Receiving") since=at %}`."""
    return {"light": light if isinstance(light, Status) else Status(light, word, since, cause)}


@register.simple_block_tag
def answer(content: str, level: Level = "ok") -> str:
    """The one-line answer under the title."""
    return render_to_string("web/parts/answer.html", {"content": content, "level": level})


@register.simple_block_tag
def card(content: str, title: str = "", link: str = "", link_label: str = "") -> str:
    """A bordered box with a title, and a link to more."""
    values = {"content": content, "title": title, "link": link, "link_label": link_label}
    return render_to_string("web/parts/card.html", values)


@register.inclusion_tag("web/parts/chart.html")
def chart(drawn: charts.Picture) -> dict[str, Any]:
    """A picture of figures that stand in a table below it, drawn once more for phones."""
    return {
        "chart": drawn,
        "light": charts.address(drawn, "light"),
        "dark": charts.address(drawn, "dark"),
        "narrow_light": charts.address(drawn, "light", "narrow"),
        "narrow_dark": charts.address(drawn, "dark", "narrow"),
    }


@register.inclusion_tag("web/parts/chart.html")
def chart_at(drawn: charts.Picture, address: str) -> dict[str, Any]:
    """The same where a picture has an address of its own, with a query: it is asked for once somebody scrolls to it."""
    return {
        "chart": drawn,
        "light": address,
        "dark": f"{address}&theme=dark",
        "narrow_light": f"{address}&size=narrow",
        "narrow_dark": f"{address}&size=narrow&theme=dark",
        "is_asked": True,
    }


@register.simple_tag
def options(choices: Iterable[tuple[object, object]], chosen: object = "") -> SafeString:
    """What a `<select>` offers, of pairs of a value and a word; drawn at once, for there may be hundreds."""
    drawn = (
        f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>{escape(str(word))}</option>'
        for value, word in choices
    )
    return mark_safe("".join(drawn))  # noqa: S308 (every part is escaped)


@register.simple_tag
def figure_cells(found: Iterable[tuple[object, str, bool]], strong: bool = False) -> SafeString:
    """The cells of a row of figures: label, figure in words, whether a phone shows it; drawn at once."""
    before, after = ("<strong>", "</strong>") if strong else ("", "")
    drawn = (
        f'<td class="right{"" if is_key else " wide-only"}" data-label="{escape(str(label))}">'
        f"{before}{escape(str(words))}{after}</td>"
        for label, words, is_key in found
    )
    return mark_safe("".join(drawn))  # noqa: S308 (every part is escaped)


@register.inclusion_tag("web/parts/figure.html")
def figure(
    label: str, value: object, delta: str = "", trend: str = "", note: str = "", url: str = ""
) -> dict[str, Any]:
    """A figure with its label; `delta` as text, `trend` "up", "down" or "same", `note` names the comparison."""
    return {"label": label, "value": value, "delta": delta, "trend": trend, "note": note, "url": url}


@register.simple_block_tag
def empty_state(content: str, title: str, icon: str = "inbox", compact: bool = False) -> str:
    """What will be here, and the next step as one button. (`empty` itself belongs to `{% for %}`.)"""
    values = {"content": content, "title": title, "icon": icon, "compact": compact}
    return render_to_string("web/parts/empty.html", values)


@register.simple_block_tag
def notice(content: str, level: Level = "info", title: str = "", cause: str = "") -> str:
    """What is wrong or worth knowing, in words; `cause` is the technical one, folded away and ready to copy."""
    values = {"content": content, "level": level, "title": title, "cause": cause, "request_id": request_id()}
    return render_to_string("web/parts/notice.html", values)


@register.simple_block_tag
def table(content: str, caption: str) -> str:
    """A table with a sticky header; under 720 px its rows become cards whose cells are named by `data-label`."""
    return render_to_string("web/parts/table.html", {"content": content, "caption": caption})


@register.inclusion_tag("web/parts/checklist.html", takes_context=True)
def checklist(context: Context, steps: Iterable[Step]) -> dict[str, Any]:
    """A live checklist of `parts.Step`."""
    drawn = [(step, CHECKLIST_ICONS[step.state]) for step in steps]
    done = sum(step.state == "done" for step, _icon in drawn)
    return {"steps": drawn, "done": done, "total": len(drawn), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("web/parts/timeline.html")
def timeline(moments: Iterable[Moment]) -> dict[str, Any]:
    """A timeline of `parts.Moment`, in the order given."""
    return {"moments": list(moments)}


@register.inclusion_tag("web/parts/tabs.html")
def tabs(tabs: Iterable[Tab], label: str) -> dict[str, Any]:
    """Tabs that are links; `label` names the group for screen readers."""
    return {"tabs": list(tabs), "label": label}


@register.inclusion_tag("web/parts/progress.html")
def progress(value: int, total: int, label: str, detail: str = "") -> dict[str, Any]:
    """A bar with percent; `detail` says rate, remaining time, what is being read now."""
    return {"value": value, "total": total, "label": label, "detail": detail, "share": value / total if total else 0}


@register.simple_block_tag
def dialog(content: str, name: str, title: str) -> str:
    """A native dialog, opened by any `<button data-dialog="name">`."""
    return render_to_string("web/parts/dialog.html", {"content": content, "id": name, "title": title})


@register.inclusion_tag("web/parts/code.html")
def code(text: object, label: str = "") -> dict[str, Any]:
    """Text in fixed width with a Copy button."""
    return {"text": text, "label": label}


@register.inclusion_tag("web/parts/key_once.html")
def key_once(key: str, label: str) -> dict[str, Any]:
    """A secret that is shown this once, with Copy and the warning that it will not be shown again."""
    return {"key": key, "label": label}


@register.inclusion_tag("web/parts/action.html", takes_context=True)
def action(context: Context, act: Action, look: str = "") -> dict[str, Any]:
    """A `parts.Action` as a button; `look` "primary" once per page at most, "quiet", "danger"."""
    return {"act": act, "look": look, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("web/parts/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Previous and next of a Django `Page`; every other part of the address stays."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("web/parts/older.html", takes_context=True)
def older(context: Context, parameter: str, value: object) -> dict[str, Any]:
    """For lists read by key: a link to what is older than `value`, handed on as `parameter`; back to the newest."""
    kept = context["request"].GET.copy()
    is_later_page = bool(kept.pop(parameter, None))
    newest_url = f"?{kept.urlencode()}"
    kept[parameter] = str(value)
    return {"older_url": f"?{kept.urlencode()}" if value else "", "newest_url": newest_url if is_later_page else ""}


@register.inclusion_tag("web/parts/toast.html", takes_context=True)
def toast(context: Context, message: Message) -> dict[str, Any]:
    """One of Django's messages, as `toasts.toast` made it."""
    level = MESSAGE_LEVELS.get(message.level_tag, "info")
    undo_url = message.extra_tags if (message.extra_tags or "").startswith("/") else ""
    return {"level": level, "text": message.message, "undo_url": undo_url, "csrf_token": context.get("csrf_token")}


@register.simple_block_tag
def live(content: str, name: str, topics: str, url: str) -> str:
    """A region with the id `name` that asks `url` for itself anew when one of the `topics` (by spaces) has news.

    It stays as it is while somebody reads or types in it; then news waits behind "3 new".
    """
    trigger = ", ".join([*(f"live:{topic} from:body" for topic in topics.split()), "live-now"])
    return render_to_string("web/parts/live.html", {"content": content, "url": url, "id": name, "trigger": trigger})
