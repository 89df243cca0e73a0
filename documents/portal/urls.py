from django.urls import path

from documents.portal.packet import PacketCopyView, PacketView
from documents.portal.reuse import ReuseView
from documents.portal.views import AccessesView, DocumentView, ItemView, ThumbnailView, UploadView

urlpatterns = [
    path("cases/<uuid:case_id>/items/<slug:code>/", ItemView.as_view(), name="item"),
    path("cases/<uuid:case_id>/items/<slug:code>/documents/", UploadView.as_view(), name="upload"),
    path("cases/<uuid:case_id>/items/<slug:code>/reuse/", ReuseView.as_view(), name="reuse"),
    path("documents/<uuid:document_id>/", DocumentView.as_view(), name="document"),
    path("documents/<uuid:document_id>/thumbnail/", ThumbnailView.as_view(), name="thumbnail"),
    path("cases/<uuid:case_id>/packet/", PacketView.as_view(), name="packet"),
    path("cases/<uuid:case_id>/packet/copy/", PacketCopyView.as_view(), name="packet_copy"),
    path("opened/", AccessesView.as_view(), name="accesses"),
]
