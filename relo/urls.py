from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from relo import health

api: list[URLPattern | URLResolver] = [
    path("", include("cases.api.urls")),
    path("", include("documents.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]

portal: list[URLPattern | URLResolver] = [
    path("", include("relo.portal.urls")),
    path("", include("cases.portal.urls")),
    path("", include("documents.portal.urls")),
]

handler400 = "relo.api.handlers.bad_request"
handler404 = "relo.api.handlers.not_found"
handler500 = "relo.api.handlers.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/portal/"), name="root"),
    path("admin/", include("relo.desk.sign_in.urls")),
    path("admin/", admin.site.urls),
    path("portal/", include((portal, "portal"))),
    path("api/v1/", include((api, "api"))),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="api-docs"),
    path("language/", set_language, name="set_language"),
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
]
