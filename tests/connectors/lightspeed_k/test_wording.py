"""Words that bodies were packed with are kept for as long as the bodies."""

from comptoir.connectors.lightspeed_k.wording import WORDINGS
from comptoir.kernel import packing
from tests.notifications import body


def test_no_wording_is_ever_changed_and_new_ones_come_last() -> None:
    assert [packing.checksum(each) for each in WORDINGS][:1] == [0x8F86FE45]


def test_a_notification_is_kept_in_a_third_of_its_size() -> None:
    assert len(packing.pack(body(), WORDINGS[-1])) < len(body()) / 3
