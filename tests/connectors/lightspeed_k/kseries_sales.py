"""Any sale a K-Series till could make, for properties."""

from decimal import Decimal

from hypothesis import strategies as st

from tests.connectors.lightspeed_k.kseries_bodies import MadeLine, MadePayment, MadeSale

CENT, MILLIONTH = Decimal("0.01"), Decimal("0.000001")
TYPES = ("SALE", "VOID", "RECALL", "REFUND", "SPLIT", "UPDATE", "TRANSFER", "FLOAT", "TRANSITORY", "CROSS_BL", "CANCEL")
RATES = (None, Decimal("1.0"), Decimal("1.021"), Decimal("1.055"), Decimal("1.081"), Decimal("1.2"))
labels = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
cents = st.integers(-500_000, 500_000).map(lambda amount: amount * CENT)


@st.composite
def made_lines(draw: st.DrawFn, depth: int = 2) -> MadeLine:
    total, rate = draw(cents), draw(st.sampled_from(RATES))
    tax = Decimal(0) if rate is None else (total - total / rate).quantize(MILLIONTH)
    below = st.lists(made_lines(depth=depth - 1), max_size=2) if depth else st.just([])
    return MadeLine(
        name=draw(labels),
        quantity=draw(st.integers(-20_000, 20_000)) * Decimal("0.001"),
        unit=draw(cents),
        total=total,
        tax=tax,
        rate=rate,
        discount=draw(st.one_of(st.just(Decimal(0)), cents)),
        service_charge=draw(st.one_of(st.just(Decimal(0)), cents)),
        sku=draw(labels),
        override=draw(st.one_of(st.just(""), labels)),
        category=draw(labels),
        sub_lines=tuple(draw(below)),
    )


made_payments = st.builds(
    MadePayment,
    amount=cents,
    tip=st.one_of(st.just(Decimal(0)), cents),
    code=st.one_of(st.none(), st.sampled_from(("CASH", "TWINT", "APM"))),
    reference=st.one_of(st.none(), labels),
)


@st.composite
def made_sales(draw: st.DrawFn) -> MadeSale:
    opened = draw(st.integers(1_600_000_000_000, 1_900_000_000_000))
    people = st.one_of(st.none(), st.tuples(st.integers(1, 2**53), labels))
    accounts = st.one_of(st.none(), st.sampled_from(("A40017.1", "A40018.7")))
    previous = draw(accounts)
    return MadeSale(
        counter=draw(st.integers(100, 999)),
        opened=opened,
        closed=opened + draw(st.integers(0, 40_000_000)),
        type=draw(st.sampled_from(TYPES)),
        cancelled=draw(st.booleans()),
        covers=draw(st.integers(-20, 20)),
        previous=previous,
        initial="A40011.1" if previous and draw(st.booleans()) else previous,
        receipt=draw(st.one_of(st.none(), st.just("R40017.98"))),
        table=draw(st.one_of(st.none(), st.sampled_from(("Table 1", "Bar", "12")))),
        profile=draw(st.one_of(st.none(), st.just("SURPLACE"))),
        staff=draw(people),
        device=draw(people),
        lines=tuple(draw(st.lists(made_lines(), max_size=4))),
        payments=tuple(draw(st.lists(made_payments, max_size=3))),
        currency=draw(st.sampled_from(("CHF", "EUR", "GBP"))),
    )
