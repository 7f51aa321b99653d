"""The words of the page of the shops in the languages it speaks; a missing one does not pass the type check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ShopsWords:
    """Every text of the page. Braces hold what is filled in."""

    locale: str
    other_language: str
    other_language_code: str
    lead: str
    hint: str
    counters: str
    sell: str
    till: str
    day: str
    show: str
    latest: str
    sales: str
    void: str
    give_back: str
    none: str
    times: str
    still_in: str
    shorten: str
    delete: str
    delete_of: str
    states: Mapping[str, str]
    refusals: Mapping[str, str]


EN: Final = ShopsWords(
    locale="en",
    other_language="Français",
    other_language_code="fr",
    lead=(
        "{number} shops behind a simulated Lightspeed R-Series. They trade by themselves; this is for what they do not"
        " do."
    ),
    hint="Void a sale of last month, or take an hour off somebody’s shift: Comptoir finds it by itself.",
    counters=(
        "A counter hangs over each door. In the demo they count for Chez Charlie, as soon as it has connected the"
        " shops."
    ),
    sell="Sell something",
    till="The till",
    day="Day",
    show="Show",
    latest="The latest",
    sales="Sales",
    void="Void {number}",
    give_back="Give {number} back",
    none="None on this day.",
    times="Times at work",
    still_in="still in",
    shorten="An hour less for {name}",
    delete="Delete it",
    delete_of="Delete it: {name}, from {came}",
    states={"voided": "voided", "closed": "closed", "abandoned": "abandoned", "open": "open"},
    refusals={},
)

FR: Final = ShopsWords(
    locale="fr",
    other_language="English",
    other_language_code="en",
    lead=(
        "{number} boutiques derrière un Lightspeed R-Series simulé. Elles vendent d’elles-mêmes\u202f;"
        " voici pour ce qu’elles ne font pas."
    ),
    hint=(
        "Annulez une vente du mois dernier, ou retirez une heure à un service\u202f: Comptoir s’en aperçoit de"
        " lui-même."
    ),
    counters=(
        "Un compteur surmonte chaque porte. Dans la démo, ils comptent pour Chez Charlie, dès que les boutiques y sont"
        " connectées."
    ),
    sell="Vendre quelque chose",
    till="La caisse",
    day="Jour",
    show="Afficher",
    latest="Les plus récentes",
    sales="Ventes",
    void="Annuler {number}",
    give_back="Rembourser {number}",
    none="Aucune ce jour-là.",
    times="Temps de travail",
    still_in="encore présent",
    shorten="Une heure de moins pour {name}",
    delete="Supprimer",
    delete_of="Supprimer\u202f: {name}, {came}",
    states={"voided": "annulée", "closed": "encaissée", "abandoned": "abandonnée", "open": "ouverte"},
    refusals={
        "sale_unknown": "Il n’y a pas de telle vente à annuler.",
        "clock_entry_unknown": "Il n’y a pas de tel temps de travail.",
        "act_unknown": "Cette page n’a pas de tel bouton.",
    },
)

SHOPS: Final[Mapping[str, ShopsWords]] = {"en": EN, "fr": FR}
