"""What the reference asks for outside its numbered cases, sentence by sentence, each beside the test that shows it.

`NOT_YET` are its sentences that are not true, and why: nobody has to find that out alone.
"""

from typing import Final

from tests.apps.traffic.sentences import data_in, domain_and_set_up, figures, reports

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
    **domain_and_set_up.SENTENCES,
    **data_in.SENTENCES,
    **figures.SENTENCES,
    **reports.SENTENCES,
}
NOT_YET: Final[dict[str, str]] = {
    "3.3 the fields of Dor's answers": "on no public page: their names are assumed, in one block of `arrivals/dor.py`",
}
