from django.urls import path

from cases.api import bounces, post_views, process, records, states, views
from cases.api.rule_changes import CaseChangesView

urlpatterns = [
    path("routes/", views.RoutesView.as_view(), name="routes"),
    path("routes/<str:code>/", views.RouteView.as_view(), name="route"),
    path("posts/", post_views.PostsView.as_view(), name="posts"),
    path("mail/bounces/", bounces.BouncesView.as_view(), name="mail_bounces"),
    path("cases/", views.CasesView.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", views.CaseView.as_view(), name="case"),
    path("cases/<uuid:case_id>/checklist/", views.ChecklistView.as_view(), name="checklist"),
    path("cases/<uuid:case_id>/checklist/<str:code>/settle/", views.SettleView.as_view(), name="settle"),
    path("cases/<uuid:case_id>/checklist/<str:code>/waive/", views.WaiveView.as_view(), name="waive"),
    path("cases/<uuid:case_id>/eligibility/", views.EligibilityView.as_view(), name="eligibility"),
    path("cases/<uuid:case_id>/eligibility/<str:rule>/decide/", views.DecideView.as_view(), name="decide"),
    path("cases/<uuid:case_id>/timeline/", views.TimelineView.as_view(), name="timeline"),
    path("cases/<uuid:case_id>/reminders/", views.RemindersView.as_view(), name="reminders"),
    path("cases/<uuid:case_id>/hand-in-preview/", process.HandInPreviewView.as_view(), name="hand_in_preview"),
    path("cases/<uuid:case_id>/rule-changes/", CaseChangesView.as_view(), name="case_rule_changes"),
    path("cases/<uuid:case_id>/moves/", views.MovesView.as_view(), name="moves"),
    path("cases/<uuid:case_id>/hold/", states.HoldView.as_view(), name="hold"),
    path("cases/<uuid:case_id>/resume/", states.ResumeView.as_view(), name="resume"),
    path("cases/<uuid:case_id>/attempts/", states.AttemptsView.as_view(), name="attempts"),
    path("cases/<uuid:case_id>/asked-visa/", states.AskedVisaView.as_view(), name="asked_visa"),
    *records.urlpatterns,
]
