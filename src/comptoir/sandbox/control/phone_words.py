"""The words of guests’ phones in the languages they speak; a missing one does not pass the type check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comptoir.sandbox.provider import ordering, paying


@dataclass(frozen=True)
class PhoneWords:
    """Every text of a guest’s phone. Braces hold what is filled in."""

    locale: str
    other_language: str
    other_language_code: str
    table: str
    which_bill: str
    since: str
    bill: str
    people: str
    no_bill: str
    no_bill_words: str
    stale: str
    total: str
    paid: str
    others_pay: str
    left: str
    nothing_now: str
    look_again: str
    what: str
    all: str
    share: str
    share_people: str
    share_label: str
    an_amount: str
    amount_label: str
    items: str
    a_tip: str
    no_tip: str
    or_tip: str
    tip: str
    paid_with: str
    card: str
    voucher: str
    both_begin: str
    both_end: str
    both_label: str
    go_on: str
    order_something: str
    you_pay: str
    your_part: str
    together: str
    held: str
    made_up: str
    pay: str
    back: str
    done: str
    done_left: str
    settled: str
    stuck: str
    unheard: str
    sending: str
    reference: str
    back_to_table: str
    order: str
    an_order: str
    to_table: str
    to_go: str
    no_menu: str
    first_name: str
    for_kitchen: str
    choose_first: str
    failed: str
    desk: str
    refusals: Mapping[str, str]
    """By code of the provider API."""
    orders: Mapping[str, str]
    """By state of an order."""


EN: Final = PhoneWords(
    locale="en",
    other_language="Français",
    other_language_code="fr",
    table="Table {number}",
    which_bill="Which bill is yours?",
    since="Since {time} UTC",
    bill="Bill {number}",
    people="{number} people",
    no_bill="No open bill",
    no_bill_words="Nothing is left to pay at this table. Whatever you order appears here by itself.",
    stale="The till does not answer; this is what it said last. Please wait a moment before you pay.",
    total="Total",
    paid="Paid",
    others_pay="Others are paying",
    left="Left to pay",
    nothing_now="Nothing is left to pay right now.",
    look_again="Look again",
    what="What do you pay?",
    all="All of it",
    share="An equal share, of",
    share_people="people",
    share_label="How many share",
    an_amount="An amount",
    amount_label="Amount",
    items="My items",
    a_tip="A tip?",
    no_tip="None",
    or_tip="or",
    tip="Tip",
    paid_with="With",
    card="Card",
    voucher="Meal voucher",
    both_begin="A voucher of",
    both_end=", the rest by card",
    both_label="Worth of the voucher",
    go_on="Continue",
    order_something="Order something",
    you_pay="You pay",
    your_part="Your part",
    together="Together",
    held="Your part is held for 3 minutes.",
    made_up="A made-up card of the sandbox. No money moves.",
    pay="Pay {amount}",
    back="Back",
    done="Paid. Nothing left to pay.",
    done_left="Paid. {amount} are left on the bill.",
    settled="The restaurant has settled this.",
    stuck="You have paid. The restaurant is being told; please do not pay again. Reference {reference}.",
    unheard=(
        "You have paid. The service does not answer; it is told as soon as it does. Please do not pay "
        "again. Reference {reference}."
    ),
    sending="Paid. Sending it to the restaurant …",
    reference="Reference",
    back_to_table="Back to the table",
    order="Order",
    an_order="Order",
    to_table="To table {number}",
    to_go="To go",
    no_menu="No menu yet.",
    first_name="Your first name",
    for_kitchen="A word for the kitchen",
    choose_first="Choose something first.",
    failed="That did not work",
    desk="The provider’s desk",
    refusals=paying.WORDS,
    orders=ordering.STATES,
)

FR: Final = PhoneWords(
    locale="fr",
    other_language="English",
    other_language_code="en",
    table="Table {number}",
    which_bill="Laquelle est votre addition\u202f?",
    since="Depuis {time} UTC",
    bill="Addition {number}",
    people="{number} personnes",
    no_bill="Aucune addition ouverte",
    no_bill_words="Il n’y a rien à payer à cette table. Ce que vous commandez apparaît ici tout seul.",
    stale="La caisse ne répond pas\u202f; voici ce qu’elle disait en dernier. Attendez un instant avant de payer.",
    total="Total",
    paid="Payé",
    others_pay="D’autres sont en train de payer",
    left="Reste à payer",
    nothing_now="Il n’y a rien à payer pour l’instant.",
    look_again="Regarder de nouveau",
    what="Que payez-vous\u202f?",
    all="Tout",
    share="Une part égale, à",
    share_people="personnes",
    share_label="Combien partagent",
    an_amount="Un montant",
    amount_label="Montant",
    items="Mes plats",
    a_tip="Un pourboire\u202f?",
    no_tip="Aucun",
    or_tip="ou",
    tip="Pourboire",
    paid_with="Avec",
    card="Carte",
    voucher="Titre-restaurant",
    both_begin="Un titre de",
    both_end=", le reste par carte",
    both_label="Valeur du titre",
    go_on="Continuer",
    order_something="Commander",
    you_pay="Vous payez",
    your_part="Votre part",
    together="En tout",
    held="Votre part est réservée pendant 3 minutes.",
    made_up="Une carte inventée du bac à sable. Aucun argent ne circule.",
    pay="Payer {amount}",
    back="Retour",
    done="Payé. Il ne reste rien à payer.",
    done_left="Payé. Il reste {amount} sur l’addition.",
    settled="Le restaurant a réglé cela.",
    stuck="Vous avez payé. Le restaurant est prévenu\u202f; ne payez pas une seconde fois. Référence {reference}.",
    unheard=(
        "Vous avez payé. Le service ne répond pas\u202f; il sera prévenu dès que possible. Ne payez pas "
        "une seconde fois. Référence {reference}."
    ),
    sending="Payé. Transmission au restaurant…",
    reference="Référence",
    back_to_table="Retour à la table",
    order="Commander",
    an_order="Commande",
    to_table="À la table {number}",
    to_go="À emporter",
    no_menu="Pas encore de carte.",
    first_name="Votre prénom",
    for_kitchen="Un mot pour la cuisine",
    choose_first="Choisissez d’abord quelque chose.",
    failed="Cela n’a pas marché",
    desk="Le bureau du prestataire",
    refusals={
        "amount_exceeds_payable": (
            "Quelqu’un d’autre en paie une partie en ce moment. Il reste moins que ce que vous avez choisi."
        ),
        "amount_exceeds_remaining": "Il reste moins à payer que ce que vous avez choisi.",
        "amount_invalid": "Ce montant ne peut pas être payé. Choisissez-en un autre.",
        "voucher_invalid": "Le titre vaut moins que ce que vous payez\u202f; le reste va sur la carte.",
        "check_changed": "L’addition a changé. Regardez-la de nouveau.",
        "check_closed": "Cette addition est fermée\u202f: il ne reste rien à payer.",
        "check_not_found": "Cette addition n’est plus sur la caisse. Regardez de nouveau la table.",
        "pos_unreachable": "La caisse du restaurant ne répond pas. Payez au comptoir, ou réessayez dans un instant.",
        "pos_not_ready": "La caisse du restaurant n’est pas prête. Payez au comptoir, ou réessayez dans un instant.",
        "integration_disabled": "Ce restaurant ne prend pas de paiement par téléphone en ce moment.",
        "plan_inactive": "Ce restaurant ne prend pas de paiement par téléphone en ce moment.",
        "integration_not_found": "Ce restaurant ne prend pas de paiement par téléphone.",
        "no_answer": "Le service ne répond pas. Réessayez dans un instant.",
    },
    orders={
        "charged": "Pas encore envoyée\u202f: le service ne répond pas. Elle part dès qu’il répond.",
        "queued": "En attente de la caisse du restaurant.",
        "sent": "En route vers la cuisine.",
        "unknown": "En route vers la cuisine\u202f; la caisse n’a pas encore répondu.",
        "accepted": "Envoyée en cuisine.",
        "ready_for_pickup": "Prête.",
        "in_delivery": "En route vers vous.",
        "delivered": "Livrée.",
        "closed": "Terminée, et payée.",
        "failed": "La cuisine n’a pas reçu votre commande\u202f; rien ne vous a été débité.",
        "rejected": "La cuisine n’a pas reçu votre commande\u202f; rien ne vous a été débité.",
        "cancelled": "Annulée. Rien ne vous a été débité.",
        "abandoned": "Personne n’est venu la chercher.",
    },
)

PHONES: Final[Mapping[str, PhoneWords]] = {"en": EN, "fr": FR}
