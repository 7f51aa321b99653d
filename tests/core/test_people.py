from tests.people import People


def test_people_belong_to_their_organisations(people: People) -> None:
    assert list(people.alice.organisations.all()) == [people.le_zinc]
    assert list(people.charlie.organisations.all()) == [people.chez_charlie]
