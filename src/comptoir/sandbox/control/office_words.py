"""The words of the back office in small in the languages it speaks; a missing one does not pass the type check.

Names of the vendor's menus are those of its English back office in every language: that is what somebody looks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class OfficeWords:
    """Every text of the page. Braces hold what is filled in."""

    locale: str
    other_language: str
    other_language_code: str
    title: str
    lead: str
    hint: str
    till: str
    phones: str
    mailbox: str
    restaurants: str
    ipads: str
    ipads_help: str
    on_in_front: str
    off_lapses: str
    switch_off: str
    switch_on: str
    period: str
    period_open: str
    period_closed: str
    close_day: str
    open_day: str
    printer: str
    printer_on: str
    printer_off: str
    unplug: str
    plug_in: str
    screen: str
    put_away: str
    no_message: str
    methods: str
    own_terminal: str
    new_code_of: str
    new_code: str
    recode: str
    delete: str
    name: str
    code: str
    name_of_method: str
    code_of_method: str
    add_method: str
    api: str
    api_help: str
    api_on: str
    api_method: str
    api_user: str
    save: str
    refuse_next: str
    error: str
    refuse_nothing: str
    set: str
    refused_next: str
    users: str
    left: str
    active: str
    deactivated: str
    deactivate: str
    activate: str
    notifications: str
    notifications_help: str
    tills_page: str
    save_types: str
    bills: str
    bills_help: str
    paid_of: str
    line_of: str
    strike: str
    table_for: str
    carry: str
    bill_for: str
    merge: str
    take_back: str
    take_back_of: str
    pay_twice: str
    no_bill: str
    closed: str
    open_again: str
    open_again_of: str
    outside: str
    outside_help: str
    payment: str
    order: str
    by: str
    own_method: str
    how_it_fares: str
    tell: str
    nothing_yet: str
    guests_phone: str
    waiting: str
    tip: str
    to_go: str
    menu: str
    menu_help: str
    sold_out: str
    sold_out_now: str
    off_menu: str
    take_off: str
    put_back: str
    is_sold_out: str
    is_back: str
    back: str
    announced: Mapping[str, str]
    """By the vendor's status of an order."""
    refusals: Mapping[str, str]
    """By code; what is not in it is said as the till says it."""


EN: Final = OfficeWords(
    locale="en",
    other_language="Français",
    other_language_code="fr",
    title="Back office of {place}",
    lead="The till’s own settings, in small. Change one, then pay from a phone and watch.",
    hint="Each card names the menu of Lightspeed K-Series it stands for.",
    till="The till",
    phones="Guests’ phones",
    mailbox="Mailbox",
    restaurants="Restaurants",
    ipads="iPads",
    ipads_help="Sales → Devices. Off is what a sleeping iPad looks like from outside.",
    on_in_front="On, in front",
    off_lapses="Off: payments wait, then lapse",
    switch_off="Switch off {name}",
    switch_on="Switch on {name}",
    period="Sales period",
    period_open="Open",
    period_closed="Closed: nothing is taken",
    close_day="Close the day",
    open_day="Open the day",
    printer="Kitchen printer",
    printer_on="On",
    printer_off="Off: orders stand, nothing is printed",
    unplug="Unplug the printer",
    plug_in="Plug the printer in",
    screen="On the till’s screen",
    put_away="Put them away",
    no_message="No message. One that comes while every iPad is off is kept for a day.",
    methods="Payment methods",
    own_terminal="the till’s own terminal",
    new_code_of="New code of {name}",
    new_code="new code",
    recode="Recode",
    delete="Delete",
    name="Name",
    code="Code",
    name_of_method="Name of the method",
    code_of_method="Code of the method",
    add_method="Add a method",
    api="Payment API",
    api_help="Set up by Lightspeed support. Its own method is what payments are booked under that name none.",
    api_on="Switched on for this location",
    api_method="Payment method",
    api_user="User in whose name it is entered",
    save="Save",
    refuse_next="Refuse the next payment",
    error="Error",
    refuse_nothing="with nothing: take it",
    set="Set",
    refused_next="The next payment from outside is refused with {kind}.",
    users="Users",
    left="Left long ago",
    active="Active",
    deactivated="Deactivated: the tables they opened cannot be paid from outside",
    deactivate="Deactivate {name}",
    activate="Activate {name}",
    notifications="Real-time notifications",
    notifications_help="Set up by Lightspeed support. The URL stands on",
    tills_page="the till’s page",
    save_types="Save the types",
    bills="Bills, while somebody is paying",
    bills_help="Add items, close and move under a new number on",
    paid_of="{paid} of {total}",
    line_of="Line of {name}",
    strike="Strike the line",
    table_for="Another table for {name}",
    carry="Carry there, same number",
    bill_for="Another bill for {name}",
    merge="Merge into it",
    take_back="Take the latest payment back",
    take_back_of="Take the latest payment of {number} back",
    pay_twice="Enter the latest one twice",
    no_bill="No open bill.",
    closed="Closed just now",
    open_again="Open again",
    open_again_of="Open {number} again",
    outside="From outside",
    outside_help="Payments and orders that came over the API, newest first, and what the till made of them.",
    payment="Payment",
    order="Order",
    by="{amount} by {method} on {bill}",
    own_method="the API’s own method",
    how_it_fares="How the order fares",
    tell="Tell",
    nothing_yet="Nothing yet. Pay or order from",
    guests_phone="a guest’s phone",
    waiting="waiting for a till",
    tip="{amount} tip",
    to_go="To go",
    menu="Menu",
    menu_help="Configuration → Menu → Items. A provider that read the menu before goes on offering what was taken off.",
    sold_out="sold out",
    sold_out_now="Sold out",
    off_menu="off the menu",
    take_off="Take off",
    put_back="Put back",
    is_sold_out="{name} is sold out",
    is_back="{name} is back",
    back="Back",
    announced={
        "READY_FOR_PICKUP": "Ready",
        "IN_DELIVERY": "On its way",
        "DELIVERED": "Delivered",
        "CANCELLED": "Cancelled",
        "ABANDONED": "Never fetched",
    },
    refusals={},
)

FR: Final = OfficeWords(
    locale="fr",
    other_language="English",
    other_language_code="en",
    title="Back-office – {place}",
    lead="Les réglages de la caisse, en petit. Changez-en un, payez depuis un téléphone, et regardez.",
    hint="Chaque carte nomme le menu de Lightspeed K-Series qu’elle représente.",
    till="La caisse",
    phones="Téléphones des clients",
    mailbox="Courrier",
    restaurants="Restaurants",
    ipads="iPad",
    ipads_help="Sales → Devices. Éteint, c’est ce qu’est un iPad en veille vu de l’extérieur.",
    on_in_front="Allumé, au premier plan",
    off_lapses="Éteint\u202f: les paiements attendent, puis expirent",
    switch_off="Éteindre {name}",
    switch_on="Allumer {name}",
    period="Période de vente",
    period_open="Ouverte",
    period_closed="Fermée\u202f: rien n’est pris",
    close_day="Fermer la journée",
    open_day="Ouvrir la journée",
    printer="Imprimante de la cuisine",
    printer_on="Allumée",
    printer_off="Éteinte\u202f: les commandes sont là, rien ne s’imprime",
    unplug="Débrancher l’imprimante",
    plug_in="Brancher l’imprimante",
    screen="À l’écran de la caisse",
    put_away="Les ranger",
    no_message="Aucun message. Celui qui arrive quand tous les iPad sont éteints est gardé un jour.",
    methods="Modes de paiement",
    own_terminal="le terminal de la caisse",
    new_code_of="Nouveau code de {name}",
    new_code="nouveau code",
    recode="Recoder",
    delete="Supprimer",
    name="Nom",
    code="Code",
    name_of_method="Nom du mode de paiement",
    code_of_method="Code du mode de paiement",
    add_method="Ajouter un mode",
    api="API de paiement",
    api_help="Mise en place par l’assistance de Lightspeed. Son propre mode sert aux paiements qui n’en nomment aucun.",
    api_on="Activée pour cet établissement",
    api_method="Mode de paiement",
    api_user="Utilisateur au nom duquel on encaisse",
    save="Enregistrer",
    refuse_next="Refuser le prochain paiement",
    error="Erreur",
    refuse_nothing="sans erreur\u202f: le prendre",
    set="Régler",
    refused_next="Le prochain paiement de l’extérieur sera refusé avec {kind}.",
    users="Utilisateurs",
    left="Parti depuis longtemps",
    active="Actif",
    deactivated="Désactivé\u202f: les tables qu’il a ouvertes ne peuvent être payées de l’extérieur",
    deactivate="Désactiver {name}",
    activate="Activer {name}",
    notifications="Notifications en temps réel",
    notifications_help="Mises en place par l’assistance de Lightspeed. L’URL se trouve sur",
    tills_page="la page de la caisse",
    save_types="Enregistrer les types",
    bills="Les additions, pendant que quelqu’un paie",
    bills_help="Ajoutez des articles, encaissez et changez de numéro sur",
    paid_of="{paid} sur {total}",
    line_of="Ligne – {name}",
    strike="Rayer la ligne",
    table_for="Autre table pour {name}",
    carry="Déplacer, même numéro",
    bill_for="Autre addition pour {name}",
    merge="Réunir avec elle",
    take_back="Retirer le dernier paiement",
    take_back_of="Retirer le dernier paiement de {number}",
    pay_twice="Saisir le dernier deux fois",
    no_bill="Aucune addition ouverte.",
    closed="Encaissées à l’instant",
    open_again="Rouvrir",
    open_again_of="Rouvrir {number}",
    outside="De l’extérieur",
    outside_help="Les paiements et commandes arrivés par l’API, les derniers d’abord, et ce que la caisse en a fait.",
    payment="Paiement",
    order="Commande",
    by="{amount} avec {method} sur {bill}",
    own_method="le mode de l’API elle-même",
    how_it_fares="Où en est la commande",
    tell="Annoncer",
    nothing_yet="Rien encore. Payez ou commandez depuis",
    guests_phone="le téléphone d’un client",
    waiting="attend une caisse",
    tip="{amount} de pourboire",
    to_go="À emporter",
    menu="Carte",
    menu_help="Configuration → Menu → Items. Un prestataire qui a lu la carte avant propose encore ce qui en sort.",
    sold_out="épuisé",
    sold_out_now="Épuisé",
    off_menu="hors de la carte",
    take_off="Retirer",
    put_back="Remettre",
    is_sold_out="{name}\u202f: épuisé",
    is_back="{name}\u202f: de retour",
    back="De retour",
    announced={
        "READY_FOR_PICKUP": "Prête",
        "IN_DELIVERY": "En chemin",
        "DELIVERED": "Livrée",
        "CANCELLED": "Annulée",
        "ABANDONED": "Jamais retirée",
    },
    refusals={
        "method_invalid": "Un mode de paiement a un nom et un code.",
        "method_taken": "Saisissez un code qu’aucun autre mode n’a.",
        "api_invalid": "L’API de paiement a besoin d’un mode ordinaire et d’un utilisateur.",
        "error_unknown": "L’éditeur ne connaît pas cette erreur.",
        "act_unknown": "Ce back-office n’a pas de tel bouton.",
        "table_unknown": "Il n’y a pas de telle table.",
        "line_unknown": "L’addition n’a pas cette ligne.",
        "bill_unknown": "Aucune addition ne porte ce numéro.",
        "bill_not_open": "Cette addition n’est plus ouverte.",
        "bill_overpaid": "Le paiement dépasse ce qui reste dû.",
        "payments_missing": "Personne n’a payé.",
        "not_mergeable": "C’est déjà une seule addition.",
        "not_reopenable": "Seule une addition encaissée peut être rouverte.",
        "already_refunded": "Une partie en a déjà été remboursée.",
    },
)

OFFICES: Final[Mapping[str, OfficeWords]] = {"en": EN, "fr": FR}
