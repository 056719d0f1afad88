"""The application, for any server of WSGI; ``server`` is what ``uzel serve`` runs."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "uzel.settings")
application = get_wsgi_application()
import_module("uzel.web.urls")  # a broken installation does not start, and the first call waits for no imports
server = import_module("uzel.web.server").WebServer(application)
