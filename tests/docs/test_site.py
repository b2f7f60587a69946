"""The built site: every link leads somewhere, every page is in the navigation, nothing comes from elsewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.reference.__main__ import PAGES, write_reference
from tests.docs.documented import PROJECT, pages

LOADED = re.compile(r"""(?:\ssrc|\ssrcset|<link[^>]*\shref)=["']?(?:https?:)?//|@import|url\(["']?(?:https?:)?//""")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Built in a copy, with warnings (broken links and anchors, navigation) as errors."""
    folder = tmp_path_factory.mktemp("documentation")
    shutil.copy(PROJECT / "mkdocs.yml", folder)
    shutil.copytree(PROJECT / "docs", folder / "docs", ignore=shutil.ignore_patterns("reference"))
    write_reference(folder / "docs" / "reference")
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, COLOUR.sub("", built.stdout + built.stderr)
    return folder / "site"


def test_every_page_is_in_the_navigation(site):
    home = (site / "index.html").read_text(encoding="utf-8")
    listed = set(re.findall(r'<a href="(?:\./)?([^"#]+)" class="md-nav__link', home))
    written = {str(file.relative_to(site)) for file in site.rglob("*.html")} - {"404.html"}
    assert listed == written
    assert {f"reference/{name}.html" for name in PAGES} <= listed


def test_no_page_loads_anything_from_other_hosts(site):
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert [
        f"{file}: {found[0]}" for file in files for found in LOADED.finditer(file.read_text(encoding="utf-8"))
    ] == []


def test_what_is_no_page_is_left_out(site):
    assert not [*site.rglob("*.py"), *site.rglob("*.md"), *site.rglob("*.yml")]


@pytest.mark.parametrize(
    "page", [page for page in pages() if page.parent != PROJECT / "docs"], ids=lambda page: page.name
)
def test_links_of_pages_outside_the_site_lead_to_files(page):
    targets = [target.partition("#")[0] for target in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []
