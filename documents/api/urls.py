from django.urls import path

from documents.api import chain_views, views

urlpatterns = [
    path("cases/<uuid:case_id>/checklist/<str:code>/documents/", views.UploadView.as_view(), name="upload"),
    path("cases/<uuid:case_id>/packets/", views.PacketsView.as_view(), name="packets"),
    path("cases/<uuid:case_id>/accesses/", views.AccessesView.as_view(), name="accesses"),
    path("documents/<uuid:document_id>/", views.DocumentView.as_view(), name="document"),
    path("documents/<uuid:document_id>/content/", views.DocumentContentView.as_view(), name="document-content"),
    path("documents/<uuid:document_id>/accept/", views.AcceptView.as_view(), name="document-accept"),
    path(
        "documents/<uuid:document_id>/request-changes/",
        views.RequestChangesView.as_view(),
        name="document-request-changes",
    ),
    path("documents/<uuid:document_id>/take-back/", chain_views.TakeBackView.as_view(), name="document-take-back"),
    path("documents/<uuid:document_id>/refile/", chain_views.RefileView.as_view(), name="document-refile"),
    path("documents/<uuid:document_id>/original/", chain_views.OriginalView.as_view(), name="document-original"),
    path("cases/<uuid:case_id>/checklist/<str:code>/reuse/", chain_views.ReuseView.as_view(), name="reuse"),
    path("packets/<uuid:packet_id>/", views.PacketView.as_view(), name="packet"),
    path("packets/<uuid:packet_id>/content/", views.PacketContentView.as_view(), name="packet-content"),
    path("packets/<uuid:packet_id>/manifest/", views.PacketManifestView.as_view(), name="packet-manifest"),
]
