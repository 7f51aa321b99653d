"""The words of the control page in the languages it speaks; a missing one does not pass the type check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Words:
    """Every text of the page. Braces hold what is filled in; pairs are singular and plural."""

    locale: str
    zero_is_singular: bool
    title: str
    lead: str
    open_count: tuple[str, str]
    pace: str
    pace_paused: str
    pause: str
    pace_label: str
    restaurants: str
    mailbox: str
    shops: str
    office: str
    phones: str
    other_language: str
    other_language_code: str
    open_bills: str
    no_open_bills: str
    new_bill: str
    first_item: str
    takeaway: str
    covers: tuple[str, str]
    opened_at: str
    add_item: str
    item: str
    close: str
    pay_by: str
    move: str
    split: str
    hand_over: str
    give_up: str
    void: str
    amend: str
    total: str
    service: str
    paid: str
    tip: str
    closed_bills: str
    no_closed_bills: str
    fresh: str
    refund: str
    refund_line: str
    refunded: str
    kind_refund: str
    kind_moved: str
    kind_split: str
    kind_transfer: str
    kind_void: str
    state_cancelled: str
    follows: str
    back_office: str
    back_office_lead: str
    url: str
    url_help: str
    code: str
    code_help: str
    username: str
    password: str
    password_kept: str
    save: str
    saved: str
    arriving: str
    nothing_sent: str
    no_address: str
    failing: tuple[str, str]
    no_answer: str
    answered: str
    attempts: str
    state_open: str
    state_gone: str
    refused: str
    offline: str

    def count(self, forms: tuple[str, str], count: int, **filled: str) -> str:
        """The singular or the plural, with its number."""
        is_one = count == 1 or (count == 0 and self.zero_is_singular)
        return forms[not is_one].format(n=count, **filled)


EN: Final = Words(
    locale="en_GB",
    zero_is_singular=False,
    title="The sandbox",
    lead="Made-up restaurants with a till each. Whatever happens here reaches Comptoir as it would from a real one.",
    open_count=("{n} bill is open.", "{n} bills are open."),
    pace="Guests come at {n}\u202f× the usual pace.",
    pace_paused="Guests are asked to wait; only you act.",
    pause="Pause",
    pace_label="Pace",
    restaurants="Restaurants",
    mailbox="Mailbox",
    shops="Shops",
    office="Back office",
    phones="Guests’ phones",
    other_language="Français",
    other_language_code="fr",
    open_bills="Open bills",
    no_open_bills="Nobody is at the table. Open a bill, or wait for guests.",
    new_bill="New bill",
    first_item="First item",
    takeaway="Takeaway",
    covers=("{n} guest", "{n} guests"),
    opened_at="since {time}",
    add_item="Add an item",
    item="Item for table {table}",
    close="Close and pay",
    pay_by="Paid by",
    move="Move table",
    split="Split",
    hand_over="Hand over",
    give_up="Give up",
    void="Void",
    amend="Correct the payment",
    total="Total",
    service="Service",
    paid="Paid already",
    tip="tip {amount}",
    closed_bills="Closed bills",
    no_closed_bills="No bill has been closed yet.",
    fresh="{n} new",
    refund="Refund",
    refund_line="Refund this line",
    refunded="refunded",
    kind_refund="Refund",
    kind_moved="Cancelled by a move",
    kind_split="Cancelled by a split",
    kind_transfer="Handed over",
    kind_void="Void",
    state_cancelled="Given up",
    follows="of {number}",
    back_office="Real-time notifications",
    back_office_lead="What a manager fills in at the back office of the till: where to tell of each bill.",
    url="Address (URL)",
    url_help="Comptoir shows the address of each store. Empty switches notifications off.",
    code="Code",
    code_help="Sent along with each notification.",
    username="User name",
    password="Password",  # noqa: S106 - a label
    password_kept="Leave empty to keep the present one.",  # noqa: S106 - a label
    save="Save",
    saved="Saved.",
    arriving="Arriving, latest {ago}",
    nothing_sent="Ready; nothing to tell yet",
    no_address="Off: no address yet",
    failing=("{n} notification waits: {cause}", "{n} notifications wait: {cause}"),
    no_answer="no answer",
    answered="the answer was {status}",
    attempts="sent {n} times",
    state_open="Open",
    state_gone="No longer open",
    refused="This could not be done",
    offline="The sandbox does not answer; what you see may be old.",
)

FR: Final = Words(
    locale="fr_FR",
    zero_is_singular=True,
    title="Le bac à sable",
    lead="Des restaurants inventés, chacun avec sa caisse. Ce qui s’y passe arrive dans Comptoir comme d’un vrai.",
    open_count=("{n} addition est ouverte.", "{n} additions sont ouvertes."),
    pace="Les clients viennent à {n}\u202f× le rythme habituel.",
    pace_paused="Les clients patientent\u202f; vous seul agissez.",
    pause="Pause",
    pace_label="Rythme",
    restaurants="Restaurants",
    mailbox="Courrier",
    shops="Boutiques",
    office="Back-office",
    phones="Téléphones des clients",
    other_language="English",
    other_language_code="en",
    open_bills="Additions ouvertes",
    no_open_bills="Personne à table. Ouvrez une addition, ou attendez les clients.",
    new_bill="Nouvelle addition",
    first_item="Premier article",
    takeaway="À emporter",
    covers=("{n} couvert", "{n} couverts"),
    opened_at="depuis {time}",
    add_item="Ajouter",
    item="Article pour la table {table}",
    close="Encaisser",
    pay_by="Payé par",
    move="Changer de table",
    split="Partager",
    hand_over="Passer la main",
    give_up="Abandonner",
    void="Annuler",
    amend="Corriger le paiement",
    total="Total",
    service="Service",
    paid="Déjà payé",
    tip="pourboire {amount}",
    closed_bills="Additions encaissées",
    no_closed_bills="Aucune addition n’a encore été encaissée.",
    fresh="{n} de plus",
    refund="Rembourser",
    refund_line="Rembourser cette ligne",
    refunded="remboursé",
    kind_refund="Remboursement",
    kind_moved="Annulée par un changement de table",
    kind_split="Annulée par un partage",
    kind_transfer="Main passée",
    kind_void="Annulation",
    state_cancelled="Abandonnée",
    follows="de {number}",
    back_office="Notifications en temps réel",
    back_office_lead="Ce qu’un responsable saisit dans le back-office de la caisse\u202f: où annoncer chaque addition.",
    url="Adresse (URL)",
    url_help="Comptoir indique l’adresse de chaque établissement. Vide, plus rien n’est envoyé.",
    code="Code",
    code_help="Envoyé avec chaque notification.",
    username="Nom d’utilisateur",
    password="Mot de passe",  # noqa: S106 - a label
    password_kept="Laissez vide pour garder l’actuel.",  # noqa: S106 - a label
    save="Enregistrer",
    saved="Enregistré.",
    arriving="Elles arrivent, la dernière {ago}",
    nothing_sent="Prêt\u202f; rien à annoncer pour l’instant",
    no_address="Coupé\u202f: pas encore d’adresse",
    failing=("{n} notification attend\u202f: {cause}", "{n} notifications attendent\u202f: {cause}"),
    no_answer="pas de réponse",
    answered="la réponse était {status}",
    attempts="envoyée {n} fois",
    state_open="Ouverte",
    state_gone="N’est plus ouverte",
    refused="Cela n’a pas pu se faire",
    offline="Le bac à sable ne répond plus\u202f; ce que vous voyez a peut-être changé.",
)

LANGUAGES: Final[Mapping[str, Words]] = {"en": EN, "fr": FR}
