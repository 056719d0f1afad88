"""The WSGI application that ``uzel serve`` runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "uzel.settings")
application = get_wsgi_application()
