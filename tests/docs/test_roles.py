"""The reference of roles says what the table in code says."""

from pathlib import Path

from comptoir.core.accounts.roles import PERMISSIONS, Role

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "roles.md"


def test_the_reference_says_who_may_do_what() -> None:
    wanted = {
        f"| `{name}` | " + " | ".join("yes" if role in roles else "" for role in Role) + " |"
        for name, roles in PERMISSIONS.items()
    }
    assert wanted == {line for line in PAGE.read_text().splitlines() if line.startswith("| `")}
