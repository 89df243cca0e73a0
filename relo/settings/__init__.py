"""Django settings: `relo.settings` to run, `relo.settings.test` for the test suite."""

import os

# A package runs before its modules, and test.py must set the environment before base.py reads it.
if os.environ.get("DJANGO_SETTINGS_MODULE") != "relo.settings.test":
    from relo.settings.base import *  # noqa: F403
