from django.urls import path

from cases.portal.views import ChooserView, HomeView, OneCaseView

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("cases/", ChooserView.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", OneCaseView.as_view(), name="case"),
]
