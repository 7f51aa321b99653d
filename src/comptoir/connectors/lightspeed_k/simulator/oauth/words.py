"""The words of the consent page, in the languages it speaks."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Give Comptoir access",
        "lead": "Comptoir asks to read what happens at your tills. Choose the business it may see.",
        "choose": "Signed in as the manager of",
        "manager": "{name}, manager",
        "may": "Comptoir may then",
        "approve": "Approve",
        "deny": "Deny",
        "simulated": "A simulation of the vendor's sign-in page: no account, no password, no real restaurant.",
        "refused": "This request cannot be answered",
    },
    "fr": {
        "title": "Donner accès à Comptoir",
        "lead": "Comptoir demande à lire ce qui se passe sur vos caisses. Choisissez l’enseigne qu’il peut voir.",
        "choose": "Connecté comme responsable de",
        "manager": "{name}, responsable",
        "may": "Comptoir pourra alors",
        "approve": "Autoriser",
        "deny": "Refuser",
        "simulated": "Une simulation de la page du fournisseur\u202f: ni compte, ni mot de passe, ni vrai restaurant.",
        "refused": "Cette demande ne peut pas aboutir",
    },
}

SCOPES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "orders-api": "see open bills and tables, send orders and payments",
        "financial-api": "read closed sales, taxes and payment methods",
        "staff-api": "read staff and shifts",
        "items": "read and change the item catalogue",
        "offline_access": "stay connected while you are away",
    },
    "fr": {
        "orders-api": "voir les additions ouvertes et les tables, envoyer commandes et paiements",
        "financial-api": "lire les ventes clôturées, les taxes et les moyens de paiement",
        "staff-api": "lire le personnel et ses horaires",
        "items": "lire et modifier le catalogue d’articles",
        "offline_access": "rester connecté en votre absence",
    },
}

REFUSALS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "client": "No application is registered under this client id.",
        "redirect": "The address to return to is not registered for this application.",
        "business": "This business does not exist, or is not yours. Go back and choose another.",
    },
    "fr": {
        "client": "Aucune application n’est enregistrée sous cet identifiant.",
        "redirect": "L’adresse de retour n’est pas enregistrée pour cette application.",
        "business": "Cette enseigne n’existe pas, ou n’est pas la vôtre. Revenez en arrière pour en choisir une.",
    },
}
