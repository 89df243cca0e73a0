"""Django settings. Values that differ between installations come from the environment only (see env.py)."""

import os
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from relo.core.logs import logging_config
from relo.settings.env import parse_field_keys, read_environment

# Django's generic classes (ModelAdmin[Case], TextField[str, str]) are written as the type checker wants them.
django_stubs_ext.monkeypatch()

ENVIRONMENT = read_environment(os.environ)
BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = ENVIRONMENT.SECRET_KEY
DEBUG = False
PUBLIC_URL = ENVIRONMENT.PUBLIC_URL
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies

INSTALLED_APPS = [
    "documents",
    "cases",
    "relo.portal",
    "relo.api",
    "relo.desk.apps.DeskConfig",
    "relo.accounts",
    "relo.outbox",
    "relo.core",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth.account",
    "allauth.mfa",
    "django_countries",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "relo.core.middleware.NoStoreMiddleware",
    "relo.core.middleware.NoNulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "relo.accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "relo.accounts.session_middleware.StaffSessionMiddleware",
    "relo.accounts.middleware.StaffScopeMiddleware",
    "relo.accounts.session_middleware.SecondFactorMiddleware",
    "relo.api.middleware.TokenScopeMiddleware",
    "relo.portal.middleware.CandidateScopeMiddleware",
]

ROOT_URLCONF = "relo.urls"
WSGI_APPLICATION = "relo.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

DATABASES = {"default": ENVIRONMENT.database}
DATABASE_OWNER = ENVIRONMENT.database_owner  # for `migrate` alone; see relo/core/management/commands/migrate.py
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES: dict[str, str] = {}

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the e-mail is unique without regard to case, by a constraint on Lower(email)
AUTHENTICATION_BACKENDS = ["relo.accounts.backends.MemberBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 30 * 60
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# The staff's sign-in. How often one may guess is counted in a table of relo's own (relo/accounts/guessing.py).
ACCOUNT_ADAPTER = "relo.accounts.sign_in_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; it tells which fields signing in has
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "relo.accounts.sign_in_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "relo"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = False
MFA_FORMS = {
    "authenticate": "relo.desk.sign_in.forms.SecondStepForm",
    "reauthenticate": "relo.desk.sign_in.forms.ConfirmCodeForm",
    "activate_totp": "relo.desk.sign_in.forms.AuthenticatorForm",
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "relo_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
COUNTRIES_OVERRIDE = {"UTO": {"name": _("Utopia (specimen)"), "alpha3": "UTO"}}

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "relo" / "static"]
WHITENOISE_USE_FINDERS = True  # the files are served from where they lie; there is nothing to collect
STORAGES = {
    "default": {"BACKEND": "relo.core.storage.NoDirectStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "blobs": ENVIRONMENT.storage,
}
# Above MAX_UPLOAD_BYTES a body is refused by its length, before it is read; one that lies is read no further.
FILE_UPLOAD_HANDLERS = ["relo.core.receiving.OneFile"]
MAX_UPLOAD_BYTES = 25 * 1024 * 1024
# A switch, since its decoder is what has been broken most: off, HEIC photos are refused with the cure.
ACCEPT_HEIC = ENVIRONMENT.ACCEPT_HEIC
CLAMD_URL = ENVIRONMENT.CLAMD_URL
# What one candidate may send for all their cases, versions that were replaced among them: far beyond anything real, and
# no way to fill a disk.
MAX_FILES_OF_CANDIDATE = 500
MAX_BYTES_OF_CANDIDATE = 2 * 1024**3
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

FIELD_KEYS = parse_field_keys(ENVIRONMENT.FIELD_KEYS)
FILE_KEYS = [key.strip() for key in ENVIRONMENT.FILE_KEYS.split(",")]

globals().update({name: value for name, value in ENVIRONMENT.email.items() if name.startswith("EMAIL_")})
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = f"relo@{ALLOWED_HOSTS[0]}"

# Cookies carry the __Host- prefix on https: bound to this host, this path, and never sent in the clear.
COOKIE_PREFIX = "__Host-" if ENVIRONMENT.is_https else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}relo_staff"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}relo_csrf"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}relo_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 10 * 60 * 60
SECURE_SSL_REDIRECT = ENVIRONMENT.is_https
SECURE_HSTS_SECONDS = 31536000 if ENVIRONMENT.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT.is_https
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
    }
}

CELERY_BROKER_URL = ENVIRONMENT.broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = False  # a message is only a doorbell: losing one costs at most one sweep
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # Celery's own lines would quote the words of an exception; see relo.core.logs
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# No second try and no wait: a request that rings while the broker is gone is held up for milliseconds only. One that
# hangs holds up the first for a second (relo.celery.RINGING); then nobody rings for a while (relo.outbox.service).
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 0.2, "max_retries": 0}
CELERY_TASK_PUBLISH_RETRY = False  # a broker that is away must not hold up a request; the sweep finds the row
CELERY_BEAT_SCHEDULE = {
    f"sweep-{queue}": {
        "task": "relo.outbox.tasks.drain",
        "schedule": 15.0,
        "args": [queue],
        "options": {"queue": queue},
    }
    for queue in ("default", "mail", "files", "packets")
} | {
    "purge-old-rows": {"task": "relo.core.tasks.purge_old_rows", "schedule": 3600.0, "options": {"queue": "default"}},
    "send-due-reminders": {"task": "cases.tasks.send_due_reminders", "schedule": 60.0, "options": {"queue": "mail"}},
    "send-morning-mails": {"task": "cases.tasks.send_morning_mails", "schedule": 300.0, "options": {"queue": "mail"}},
}

# What beat rings for, so that `run_outbox` can do without Celery: dotted path -> seconds between.
OUTBOX_SWEEPS: dict[str, float] = {
    "cases.services.gathering.queue_due_mails": 60,
    "cases.services.morning.queue_morning_mails": 300,
    "relo.core.tasks.purge_old_rows": 3600,
}
# Leases and what is due go by the clock that all hosts share.
OUTBOX_CLOCK = "database"

# What rooms above hand down by name: handler name -> (queue, dotted path).
OUTBOX_HANDLERS: dict[str, tuple[str, str]] = {
    "accounts.write_count": ("default", "relo.accounts.entering.write_count"),
    "accounts.tell_member": ("mail", "relo.accounts.telling.tell_member"),
    "accounts.mail_password_link": ("mail", "relo.accounts.forgotten.mail_link"),
    "portal.find_candidates": ("mail", "cases.portal.tasks.find_candidates"),
    "portal.send_code": ("mail", "cases.portal.tasks.send_code"),
    "cases.plan_reminders": ("default", "cases.subscribers.plan_reminders_after"),
    "cases.plan_cases": ("default", "cases.subscribers.plan_cases"),
    "cases.tell_of_changes": ("default", "cases.subscribers.tell_of_changes"),
    "cases.compute_impact": ("default", "cases.services.impacting.compute_impact"),
    "cases.apply_decision": ("default", "cases.services.deciding_changes.apply_decision"),
    "cases.send_mail": ("mail", "cases.services.mailing.send_mail"),
    "cases.send_morning_mail": ("mail", "cases.services.morning.send_morning_mail"),
    "documents.finish_checking": ("files", "documents.services.converting.finish_checking"),
    "documents.build_packet": ("packets", "documents.services.packets.build_packet"),
    "documents.copy_packet": ("packets", "documents.services.packet_answers.make_copy"),
}
# Event kind -> handler names; `history.record()` puts one outbox row per subscriber.
CASE_SUBSCRIBERS: dict[str, list[str]] = {
    "case.opened": ["cases.plan_reminders"],
    "case.moved": ["cases.plan_reminders"],
    "case.changed": ["cases.plan_reminders"],
    "case.held": ["cases.plan_reminders"],
    "case.resumed": ["cases.plan_reminders"],
    "case.post_chosen": ["cases.plan_reminders"],
    "case.post_removed": ["cases.plan_reminders"],
    "facts.changed": ["cases.plan_reminders"],
    "item.added": ["cases.plan_reminders"],
    "item.no_longer_needed": ["cases.plan_reminders"],
    "item.submitted": ["cases.plan_reminders"],
    "item.accepted": ["cases.plan_reminders"],
    "item.changes_requested": ["cases.plan_reminders", "cases.tell_of_changes"],
    "item.waived": ["cases.plan_reminders"],
    "item.reopened": ["cases.plan_reminders"],
    "item.put_back": ["cases.plan_reminders"],
    "rules.migrated": ["cases.plan_reminders"],
    "reminders.pace_changed": ["cases.plan_reminders"],
    "address.trusted": ["cases.plan_reminders"],
}
# Rows that have had their time, each a function of the moment that gives a queryset.
OLD_ROWS: list[str] = [
    "relo.portal.old_rows.requests",
    "relo.portal.old_rows.codes_from_the_shell",
    "relo.portal.old_rows.counts",
    "relo.portal.old_rows.sessions",
    "relo.api.old_rows.replies",
    "relo.outbox.old_rows.done",
    "relo.accounts.old_rows.sessions_of_django",
    "relo.accounts.old_rows.staff_sessions",
    "relo.accounts.old_rows.wrong_tries",
    "relo.accounts.old_rows.counts",
    "relo.accounts.old_rows.security_events",
    "cases.old_rows.morning_mails",
]
# Told by /health/ready/: name -> dotted path of what gives the answer.
READINESS: dict[str, str] = {"walls": "documents.walls_standing.walls"}
# Panels of the staff's first page, in order.
DESK_PANELS: list[str] = [
    "documents.admin.panels.documents_to_review",
    "cases.admin.panels.findings_to_decide",
    "cases.admin.panels.waiting_for_signature",
    "documents.admin.panels.packets_to_act_on",
    "cases.admin.edition_panels.rules_to_decide",
    "cases.admin.edition_panels.editions_to_publish",
    "cases.admin.panels.our_turn",
]
# Sections of the staff's morning mail, in order.
MORNING_SECTIONS: list[str] = [
    "cases.morning_sections.by_rules",
    "cases.morning_sections.not_done_for_long",
    "cases.morning_sections.not_done",
    "cases.morning_sections.deadlines",
    "cases.morning_sections.used_up",
    "cases.morning_sections.mails_in_trouble",
    "documents.morning_sections.documents_to_check",
    "cases.morning_sections.to_decide",
    "cases.morning_sections.to_sign",
    "documents.morning_sections.packets_to_act_on",
    "cases.morning_sections.new_rules",
    "cases.morning_sections.editions",
    "cases.morning_sections.stale_posts",
    "cases.morning_sections.our_turn",
    "cases.morning_sections.work_given_up",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["relo.api.authentication.BearerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["relo.api.permissions.HasActor"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["relo.api.parsers.ShallowJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "relo.api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": {
        "NumberKind": "cases.models.NumberKind.values",
        "AppointmentKind": "cases.models.AppointmentKind.values",
        "AppointmentState": "cases.models.AppointmentState.values",
    },
    "TITLE": "relo",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SCHEMA_PATH_PREFIX_TRIM": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "relo.api.schema.summarise",
    ],
}

LOGGING = logging_config()
