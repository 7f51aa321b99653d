"""What rows keep in English is French to a French reader, of old rows as well; what nobody knows stays as it is."""

from uuid import uuid4

import pytest
from django.utils.translation import override

from comptoir.apps.pay_at_table.journal_words import CODES, SENTENCES, cause_words
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.credentials import LOST, SIGN_IN_AGAIN
from comptoir.core.health.causes import Cause, Finding
from comptoir.web.health_words import tell
from comptoir.web.kept_words import KEPT, PLACE, in_reader_words


@pytest.mark.parametrize("sentence", KEPT)
def test_a_kept_sentence_is_said_in_french_with_its_names(sentence: str) -> None:
    kept = PLACE.sub("K-Series", sentence)
    assert in_reader_words(kept) == kept, "English stays English"
    with override("fr"):
        said = in_reader_words(kept)
    assert said != kept
    assert ("K-Series" in said) == bool(PLACE.search(sentence))


def test_a_till_that_does_not_answer_is_told_of_by_its_name_and_unknown_words_stay() -> None:
    with override("fr"):
        kept = "K-Series does not answer at the moment; Comptoir tries again by itself."
        assert in_reader_words(kept).startswith("K-Series ne répond pas")
        for unknown in ("", "Nothing anybody ever wrote: 100 %", "K-Series", "Alice: %(name)s"):
            assert in_reader_words(unknown) == unknown


@pytest.mark.parametrize("why", [LOST, SIGN_IN_AGAIN])
def test_why_a_till_is_signed_out_stands_beside_its_light_in_french(why: str) -> None:
    found = Finding(Cause.SIGNED_OUT, uuid4(), "Le Zinc", detail=why.format(vendor="K-Series"))
    assert tell(found, Role.OWNER).light.cause == found.detail
    with override("fr"):
        cause = str(tell(found, Role.OWNER).light.cause)
    assert cause != found.detail
    assert "K-Series" in cause


@pytest.mark.parametrize("kept", [*CODES, *SENTENCES, "reversed_on_pos"])
def test_the_journal_of_a_payment_is_french_for_a_french_reader(kept: str) -> None:
    kept = PLACE.sub("A7.1", kept)
    english = cause_words(kept)
    with override("fr"):
        assert cause_words(kept) != english
        assert ("A7.1" in cause_words(kept)) == ("A7.1" in kept)
        assert cause_words("the guest paid in cash") == "the guest paid in cash", "a person’s own words"
        assert cause_words("refund given in cash") == "refund given in cash", "as a sentence of ours may begin"
