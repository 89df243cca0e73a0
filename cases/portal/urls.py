from django.urls import path

from cases.portal.pace_view import PaceView
from cases.portal.passport_page import PassportPageView
from cases.portal.session_views import EndOtherSessionsView, EndSessionView, SessionsView
from cases.portal.slow_down_view import SlowDownView
from cases.portal.views import ChooserView, HomeView, OneCaseView

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("cases/", ChooserView.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", OneCaseView.as_view(), name="case"),
    path("cases/<uuid:case_id>/passport-page/", PassportPageView.as_view(), name="passport_page"),
    path("reminders/", PaceView.as_view(), name="reminders"),
    path("reminders/<str:token>/", SlowDownView.as_view(), name="slow_down"),
    path("sessions/", SessionsView.as_view(), name="sessions"),
    path("sessions/<int:session_id>/end/", EndSessionView.as_view(), name="end_session"),
    path("sessions/end-others/", EndOtherSessionsView.as_view(), name="end_other_sessions"),
]
