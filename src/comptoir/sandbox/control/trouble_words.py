"""The words of the switches: what each is called, and what it does to Comptoir."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comptoir.sandbox.faults import Fault


@dataclass(frozen=True)
class TroubleWords:
    """The texts of the card of switches in one language; pairs are singular and plural."""

    title: str
    lead: str
    none: str
    some: tuple[str, str]
    repair: str
    on: str
    off: str
    since_all: str
    groups: Mapping[str, str]
    faults: Mapping[Fault, tuple[str, str]]
    expire: tuple[str, str]
    revoke: tuple[str, str]
    do: str
    done: str


EN: Final = TroubleWords(
    title="Make trouble",
    lead="Each switch breaks one thing at {place}, as it breaks in real restaurants. Watch what Comptoir makes of it.",
    none="Nothing is wrong here.",
    some=("{n} switch is on.", "{n} switches are on."),
    repair="Put everything right",
    on="On",
    off="Off",
    since_all="On for all restaurants",
    groups={
        "till": "The till",
        "results": "Results of payments and orders",
        "notifications": "Notifications",
        "answers": "Answers to Comptoir",
        "sign_in": "Access",
    },
    faults={
        Fault.TILL_OFFLINE: ("Till offline", "Payments and orders from outside wait, and in the end time out."),
        Fault.SALES_PERIOD_CLOSED: ("Day not opened", "Nobody has opened the sales period: nothing is taken."),
        Fault.API_DISABLED: ("Outside payments off", "The vendor’s payment and order interface is not enabled."),
        Fault.METHOD_REMOVED: ("Payment method removed", "Only cash is left of the methods Comptoir can use."),
        Fault.STAFF_INACTIVE: ("Staff inactive", "Those in whose name payments are taken no longer work here."),
        Fault.EDITS_RENUMBER: ("Edits change the number", "A bill that gets another item goes on under a new number."),
        Fault.ANSWER_LOST: ("Answer lost", "A payment or an order is taken, and the line breaks before the answer."),
        Fault.RESULTS_LOST: ("Result lost", "The till does it, and the news of it never arrives."),
        Fault.RESULTS_DOUBLED: ("Result doubled", "What became of a payment or an order is told twice."),
        Fault.RESULTS_DELAYED: ("Result late", "What became of it is told 20 seconds later."),
        Fault.NOTIFICATIONS_LOST: ("Lost", "They never arrive, though the till believes they did."),
        Fault.NOTIFICATIONS_DOUBLED: ("Doubled", "Each one arrives twice."),
        Fault.NOTIFICATIONS_DELAYED: ("Delayed", "Each one arrives 20 seconds late."),
        Fault.NOTIFICATIONS_REORDERED: ("Out of order", "They are gathered for 4 seconds; the latest arrives first."),
        Fault.BUSY_SECONDS: ("Too many requests, wait 5 s", "Every request is refused with a wait in seconds."),
        Fault.BUSY_DATE: ("Too many requests, wait until", "Every request is refused with the hour of the next try."),
        Fault.BUSY_BARE: ("Too many requests", "Every request is refused; nothing says how long to wait."),
        Fault.BROKEN: ("Fault at the vendor", "Every request ends in an internal error (500)."),
        Fault.UNAVAILABLE: ("Under maintenance", "Every request ends in “not available” (503)."),
        Fault.SLOW: ("Slow", "Every answer takes 8 seconds."),
        Fault.CUT_SHORT: ("Cut short", "The line breaks in the middle of every answer."),
        Fault.EMPTY_ERRORS: ("Errors without words", "What is refused is refused with an empty body."),
        Fault.PAGE_TOKEN_REPEATED: ("Pages go in circles", "The second page leads to the second page again."),
        Fault.CHANGED_WHILE_READ: ("Bills change while read", "A payment is booked anew right after its page is read."),
        Fault.REFRESH_ANSWER_LOST: ("Next renewal lost", "Access is renewed, but the answer never arrives. Once."),
    },
    expire=("Expire access now", "Comptoir has to renew its access before the next request."),
    revoke=("Withdraw consent", "The renewal is refused: only a new sign-in helps."),
    do="Do it",
    done="Done.",
)

FR: Final = TroubleWords(
    title="Semer la panne",
    lead="Chaque interrupteur casse une chose pour {place}, comme elle casse dans un vrai restaurant."
    " Voyez ce qu’en fait Comptoir.",
    none="Tout fonctionne ici.",
    some=("{n} interrupteur est actif.", "{n} interrupteurs sont actifs."),
    repair="Tout remettre en ordre",
    on="Actif",
    off="Inactif",
    since_all="Actif pour tous les restaurants",
    groups={
        "till": "La caisse",
        "results": "Les résultats des paiements et commandes",
        "notifications": "Les notifications",
        "answers": "Les réponses à Comptoir",
        "sign_in": "L’accès",
    },
    faults={
        Fault.TILL_OFFLINE: ("Caisse hors ligne", "Paiements et commandes de l’extérieur attendent, puis expirent."),
        Fault.SALES_PERIOD_CLOSED: ("Journée non ouverte", "La période de vente est fermée\u202f: rien n’est pris."),
        Fault.API_DISABLED: (
            "Paiements externes coupés",
            "L’interface de paiement et de commande n’est pas activée chez l’éditeur.",
        ),
        Fault.METHOD_REMOVED: (
            "Mode de paiement supprimé",
            "Des modes que Comptoir peut utiliser, il ne reste que les espèces.",
        ),
        Fault.STAFF_INACTIVE: ("Personnel inactif", "Ceux au nom de qui l’on encaisse ne travaillent plus ici."),
        Fault.EDITS_RENUMBER: (
            "Modifier change le numéro",
            "Une addition qui reçoit un article continue sous un nouveau numéro.",
        ),
        Fault.ANSWER_LOST: (
            "Réponse perdue",
            "Un paiement ou une commande est pris, et la ligne se rompt avant la réponse.",
        ),
        Fault.RESULTS_LOST: ("Résultat perdu", "La caisse le fait, et la nouvelle n’arrive jamais."),
        Fault.RESULTS_DOUBLED: ("Résultat en double", "Le sort d’un paiement ou d’une commande est dit deux fois."),
        Fault.RESULTS_DELAYED: ("Résultat en retard", "Son sort est dit 20 secondes plus tard."),
        Fault.NOTIFICATIONS_LOST: ("Perdues", "Elles n’arrivent jamais, et la caisse croit que si."),
        Fault.NOTIFICATIONS_DOUBLED: ("En double", "Chacune arrive deux fois."),
        Fault.NOTIFICATIONS_DELAYED: ("En retard", "Chacune arrive 20 secondes plus tard."),
        Fault.NOTIFICATIONS_REORDERED: (
            "En désordre",
            "Elles s’accumulent 4 secondes\u202f; la dernière arrive la première.",
        ),
        Fault.BUSY_SECONDS: ("Trop de demandes, attendre 5 s", "Tout est refusé, avec une attente en secondes."),
        Fault.BUSY_DATE: ("Trop de demandes, attendre jusqu’à", "Tout est refusé, avec l’heure du prochain essai."),
        Fault.BUSY_BARE: ("Trop de demandes", "Tout est refusé, sans dire combien de temps attendre."),
        Fault.BROKEN: ("Panne chez l’éditeur", "Chaque demande finit en erreur interne (500)."),
        Fault.UNAVAILABLE: ("En maintenance", "Chaque demande finit en «\u202findisponible\u202f» (503)."),
        Fault.SLOW: ("Lent", "Chaque réponse prend 8 secondes."),
        Fault.CUT_SHORT: ("Coupé", "La ligne se rompt au milieu de chaque réponse."),
        Fault.EMPTY_ERRORS: ("Erreurs sans un mot", "Ce qui est refusé l’est avec un corps vide."),
        Fault.PAGE_TOKEN_REPEATED: ("Pages qui tournent en rond", "La deuxième page mène encore à la deuxième."),
        Fault.CHANGED_WHILE_READ: (
            "Additions modifiées à la lecture",
            "Un paiement est corrigé juste après la lecture de sa page.",
        ),
        Fault.REFRESH_ANSWER_LOST: (
            "Prochain renouvellement perdu",
            "L’accès est renouvelé, mais la réponse n’arrive jamais. Une fois.",
        ),
    },
    expire=("Faire expirer l’accès", "Comptoir doit renouveler son accès avant la prochaine demande."),
    revoke=("Retirer l’autorisation", "Le renouvellement est refusé\u202f: seule une nouvelle connexion aide."),
    do="Faire",
    done="C’est fait.",
)

TROUBLE: Final[Mapping[str, TroubleWords]] = {"en": EN, "fr": FR}
