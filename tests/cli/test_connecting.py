"""`comptoir connect`: the address is printed, somebody approves in a browser, the command says what was made."""

import json
import subprocess
import sys

import pytest

from comptoir.core.connections.models import Connection, ConsentAttempt
from tests.cli.commands import expect_one_sentence, inside
from tests.core.conftest import vendor as vendor
from tests.core.kseries import PROVIDER, Vendor, decide
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_address_leads_to_a_connection_that_the_command_names(people: People, vendor: Vendor) -> None:
    arguments = ["connect", PROVIDER, "--organisation", people.le_zinc.public_id, "--by", people.alice.email, "--json"]
    command = [sys.executable, "-m", "comptoir", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = json.loads(process.stdout.readline())["address"]
        back = decide(address)
        people.client(people.alice).get(back.removeprefix("http://testserver"))
        made = json.loads(process.stdout.readline())
        assert process.wait(timeout=60) == 0

    connection = Connection.objects.get()
    assert made == {"connection": connection.public_id, "account": "Le Zinc", "locations": 2}
    assert connection.consented_by == people.alice


def test_nobody_waits_when_told_not_to_and_strangers_are_refused(people: People, vendor: Vendor) -> None:
    organisation = ("--organisation", people.le_zinc.public_id)
    done = inside("connect", PROVIDER, *organisation, "--by", people.alice.email, "--wait", "0")
    assert done.returncode == 0
    assert "/auth?" in done.stdout
    assert ConsentAttempt.objects.count() == 1

    for other in (people.bob, people.charlie):
        expect_one_sentence(inside("connect", PROVIDER, *organisation, "--by", other.email), "may not connect")
