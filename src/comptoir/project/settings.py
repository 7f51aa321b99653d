"""Django's settings. Everything that can differ between two installations comes from the environment."""

import base64
import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

from comptoir.kernel.seal import split_keys
from comptoir.project import environment
from comptoir.project.installed import APPS

SOURCE = Path(__file__).resolve().parent.parent

DATA = environment.data_folder(os.environ)
COMPTOIR_KEYS = environment.keys(os.environ)
# One for each key: a change of keys signs nobody out.
SECRET_KEY, *SECRET_KEY_FALLBACKS = [
    base64.b64encode(hashlib.sha256(b"comptoir django v1" + key.encode()).digest()).decode()
    for key in split_keys(COMPTOIR_KEYS)
]

COMPTOIR_URL = environment.setting(os.environ, "COMPTOIR_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
COMPTOIR_URL = COMPTOIR_URL.rstrip("/")
_address = urlsplit(COMPTOIR_URL)
ALLOWED_HOSTS = [_address.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_address.scheme}://{_address.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _address.scheme == "https"
SESSION_COOKIE_NAME = f"comptoir_{_address.port or ''}"
CSRF_COOKIE_NAME = f"comptoir_csrf_{_address.port or ''}"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _address.scheme == "https" else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DEBUG = False
COMPTOIR_EGRESS_ALLOW = environment.egress_allow(os.environ)
COMPTOIR_DEVELOPMENT = environment.setting(os.environ, "COMPTOIR_DEVELOPMENT") == "1"

DATABASES = {"default": environment.database(os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "comptoir.core.accounts",
    "comptoir.core.audit",
    "comptoir.core.mail",
    "comptoir.core.jobs",
    "comptoir.core.connections",
    "comptoir.core.installations",
    "comptoir.core.outbox",
    "comptoir.core.ledger",
    "comptoir.core.intake",
    "comptoir.core.health",
    "comptoir.web",
    *APPS,
    "comptoir.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "comptoir.web.middleware.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "comptoir.web.languages.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "comptoir.web.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "comptoir.project.urls"
WSGI_APPLICATION = "comptoir.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "comptoir.web.shell.context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "comptoir.web.templatetags.formats",
                "comptoir.web.templatetags.parts",
            ],
        },
    }
]

FORM_RENDERER = "comptoir.web.forms.Renderer"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "comptoir.web.accounts.Adapter"
ACCOUNT_FORMS = {"login": "comptoir.web.accounts.SignInForm"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
MFA_TOTP_TOLERANCE = 1  # a telephone's clock is a little wrong, and typing takes a while
MFA_ADAPTER = "comptoir.web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Comptoir"
# Addresses are proven before there is an account; the first person of an installation without mails is its operator.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _address.scheme == "http"
COMPTOIR_SIGN_UP = environment.sign_up(os.environ)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

COMPTOIR_MAIL_SERVER = environment.smtp(os.environ)
COMPTOIR_MAIL_FROM = environment.mail_from(os.environ, _address.hostname or "localhost")
# Whom people turn to: in the foot of every mail, and where help is offered.
COMPTOIR_OPERATOR_EMAIL = environment.setting(os.environ, "COMPTOIR_OPERATOR_EMAIL")
COMPTOIR_OPERATOR_PHONE = environment.setting(os.environ, "COMPTOIR_OPERATOR_PHONE")
COMPTOIR_OPERATOR_HOURS = environment.setting(os.environ, "COMPTOIR_OPERATOR_HOURS")
COMPTOIR_PRIVACY_URL = environment.privacy_url(os.environ)
COMPTOIR_PARTNER_CHAT_URL = environment.setting(os.environ, "COMPTOIR_PARTNER_CHAT_URL")
COMPTOIR_PARTNER_ALIASES = environment.partner_aliases(os.environ)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [SOURCE / "web" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Our own files are linked with a mark of their content ({% asset %}), so browsers may keep them for good.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/comptoir/"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# How often somebody tried to sign in counts for all processes together, so it stands in the database.
ACCOUNT_RATE_LIMITS = {"help": "10/h/user"}  # beside those of allauth itself

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_attempt",
        # By default 300: whoever tries many addresses would make us forget the others' tries.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LOGGING_CONFIG = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
