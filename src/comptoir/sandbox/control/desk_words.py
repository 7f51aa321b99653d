"""The words of the provider's own desk in the languages it speaks; a missing one does not pass the type check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DeskWords:
    """Every text of the desk. Braces hold what is filled in; what the provider API calls things is told by code."""

    locale: str
    other_language: str
    other_language_code: str
    lead: str
    hint: str
    till: str
    office: str
    mailbox: str
    restaurants: str
    no_restaurants: str
    tables: str
    tables_of: str
    no_tables: str
    table: str
    phone_at: str
    open_bill: str
    free: str
    let_go: str
    let_go_of: str
    integration_id: str
    ask: str
    app_key: str
    in_use: str
    no_key: str
    use_key: str
    order_to_go: str
    to_go: str
    taken: str
    none_taken: str
    with_tip: str
    orders: str
    heard: str
    heard_hint: str
    nothing_heard: str
    times: str
    kinds: Mapping[str, str]
    links: Mapping[str, str]
    payments: Mapping[str, str]
    """What became of a payment: as Comptoir says, or as the provider knows before it asked."""
    order_states: Mapping[str, str]


EN: Final = DeskWords(
    locale="en",
    other_language="Français",
    other_language_code="fr",
    lead="A made-up provider of payments at the table. It knows Comptoir’s provider API, and nothing else of it.",
    hint="Scan or press a table to hold a guest’s phone. No money moves.",
    till="The till",
    office="Back office",
    mailbox="Mailbox",
    restaurants="Restaurants",
    no_restaurants="None yet. A restaurant gives you the id of its integration; type it here.",
    tables="Tables",
    tables_of="Tables of {name}",
    no_tables="No table yet.",
    table="Table {number}",
    phone_at="Phone at table {number}",
    open_bill="Open bill",
    free="Free",
    let_go="Let go",
    let_go_of="Let go of {name}",
    integration_id="Integration id",
    ask="Ask the restaurant",
    app_key="App key",
    in_use="In use:",
    no_key="None yet: Comptoir’s operator makes one.",
    use_key="Use this key",
    order_to_go="Order to go",
    to_go="To go",
    taken="Taken from guests",
    none_taken="Nobody has paid yet.",
    with_tip="{amount} + {tip} tip",
    orders="Orders",
    heard="Heard from Comptoir",
    heard_hint="Signed webhooks, each verified with the secret of its endpoint.",
    nothing_heard="Nothing yet.",
    times="{number} times",
    kinds={"card": "card", "voucher": "voucher"},
    links={"waiting": "waiting", "linked": "linked", "refused": "refused"},
    payments={
        "choosing": "choosing",
        "charged": "charged",
        "reported": "reported",
        "done": "done",
        "given_up": "given up",
        "recorded": "recorded",
        "queued": "waiting",
        "submitted": "on its way to the till",
        "unknown": "being looked for",
        "needs_attention": "needs somebody",
        "applied": "on the till",
        "settled_manually": "entered by hand",
        "refunded": "refunded",
        "refund_pending": "refunded, still on the till",
    },
    order_states={
        "charged": "not sent yet",
        "queued": "waiting",
        "sent": "on its way to the till",
        "unknown": "being looked for",
        "accepted": "in the kitchen",
        "ready_for_pickup": "ready",
        "in_delivery": "being delivered",
        "delivered": "delivered",
        "closed": "closed",
        "failed": "failed",
        "rejected": "rejected",
        "cancelled": "cancelled",
        "abandoned": "abandoned",
    },
)

FR: Final = DeskWords(
    locale="fr",
    other_language="English",
    other_language_code="en",
    lead="Un prestataire imaginaire de paiement à table. Il connaît l’API prestataire de Comptoir, et rien d’autre.",
    hint="Scannez ou touchez une table pour tenir le téléphone d’un client. Aucun argent ne circule.",
    till="La caisse",
    office="Back-office",
    mailbox="Boîte aux lettres",
    restaurants="Restaurants",
    no_restaurants="Aucun. Un restaurant vous donne l’identifiant de son intégration\u202f; saisissez-le ici.",
    tables="Tables",
    tables_of="Tables de {name}",
    no_tables="Aucune table.",
    table="Table {number}",
    phone_at="Téléphone à la table {number}",
    open_bill="Addition ouverte",
    free="Libre",
    let_go="Se délier",
    let_go_of="Se délier de {name}",
    integration_id="Identifiant d’intégration",
    ask="Demander au restaurant",
    app_key="Clé d’application",
    in_use="Utilisée\u202f:",
    no_key="Aucune\u202f: l’exploitant de Comptoir en crée une.",
    use_key="Utiliser cette clé",
    order_to_go="Commander à emporter",
    to_go="À emporter",
    taken="Encaissé auprès des clients",
    none_taken="Personne n’a encore payé.",
    with_tip="{amount} + {tip} de pourboire",
    orders="Commandes",
    heard="Reçu de Comptoir",
    heard_hint="Des webhooks signés, chacun vérifié avec le secret de son point d’accès.",
    nothing_heard="Rien encore.",
    times="{number} fois",
    kinds={"card": "carte", "voucher": "titre-restaurant"},
    links={"waiting": "en attente", "linked": "lié", "refused": "refusé"},
    payments={
        "choosing": "au choix du client",
        "charged": "débité",
        "reported": "signalé",
        "done": "terminé",
        "given_up": "abandonné",
        "recorded": "enregistré",
        "queued": "en attente",
        "submitted": "en route vers la caisse",
        "unknown": "recherché sur la caisse",
        "needs_attention": "attend quelqu’un",
        "applied": "sur la caisse",
        "settled_manually": "saisi à la main",
        "refunded": "remboursé",
        "refund_pending": "remboursé, encore sur la caisse",
    },
    order_states={
        "charged": "pas encore envoyée",
        "queued": "en attente",
        "sent": "en route vers la caisse",
        "unknown": "recherchée sur la caisse",
        "accepted": "en cuisine",
        "ready_for_pickup": "prête",
        "in_delivery": "en livraison",
        "delivered": "livrée",
        "closed": "clôturée",
        "failed": "échouée",
        "rejected": "refusée",
        "cancelled": "annulée",
        "abandoned": "abandonnée",
    },
)

DESKS: Final[Mapping[str, DeskWords]] = {"en": EN, "fr": FR}
