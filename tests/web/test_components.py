"""Every component is drawn on the test page and named in the documentation; pages stay small."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from comptoir.web import icons
from comptoir.web.templatetags import formats, parts
from tests.people import People

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = (ROOT / "docs" / "reference" / "components.md").read_text()
TEMPLATES = ROOT / "src" / "comptoir" / "web" / "templates" / "web"
SAMPLES = "".join((TEMPLATES / name).read_text() for name in ("components.html", "components_live.html"))
OF_THE_FRAME = {"asset", "block_again", "request_id", "toast"}
PAGE_LIMIT_BYTES = 120_000


@pytest.mark.parametrize("tag", sorted(set(parts.register.tags) - {"block_again"}))
def test_each_part_is_documented(tag: str) -> None:
    assert f"{{% {tag} " in DOCUMENT or f"{{% {tag} %" in DOCUMENT or f"toasts.{tag}" in DOCUMENT


@pytest.mark.parametrize("tag", sorted(set(parts.register.tags) - OF_THE_FRAME))
def test_each_part_has_its_sample(tag: str) -> None:
    assert f"{{% {tag} " in SAMPLES


@pytest.mark.parametrize("name", sorted(formats.register.filters))
def test_each_format_is_documented(name: str) -> None:
    assert f"\\|{name}`" in DOCUMENT


@pytest.mark.urls("tests.web.development_urls")
def test_the_page_of_components(people: People) -> None:
    client = people.client(people.alice)
    html = client.get("/_ui").content.decode()
    assert html.count('class="icon"') > len(icons.PATHS)
    faulty = client.post("/_ui", {"name": ""}).content.decode()
    assert 'href="#id_name"' in faulty
    assert 'aria-describedby="id_name_helptext id_name_error"' in faulty
    client.post("/_ui", {"name": "Le Zinc", "phone": "06 12 34 56 78", "kind": "shop", "counting": "net"})
    assert 'action="/_ui"><input type="hidden" name="csrfmiddlewaretoken"' in client.get("/_ui").content.decode()


@pytest.mark.urls("tests.web.development_urls")
def test_the_live_part_shows_a_sale_that_comes_in(people: People) -> None:
    client = people.client(people.alice)
    before, after = client.get("/_ui").content.decode(), client.get("/_ui", headers={"HX-Request": "true"})
    assert 'hx-get="/_ui"' in before
    assert "Counter</td>" not in before
    assert (after.status_code, "Counter</td>" in after.content.decode()) == (200, True)
    assert "<html" not in after.content.decode()


def test_it_is_there_in_development_only(people: People) -> None:
    assert people.client(people.alice).get("/_ui").status_code == 404


@pytest.mark.urls("tests.web.development_urls")
def test_the_heaviest_page_weighs_little(people: People) -> None:
    html = people.client(people.alice).get("/_ui").content
    linked = re.findall(rb'(?:href|src)="/static/([^"?]+)', html)
    files = [Path(str(finders.find(path.decode()))).read_bytes() for path in set(linked)]
    assert len(files) >= 5
    assert sum(len(gzip.compress(each)) for each in [html, *files]) < PAGE_LIMIT_BYTES / 2
