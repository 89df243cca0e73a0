"""The API of consulates and visa centres."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import post_outputs
from cases.post_selectors import posts_visible_to, with_editions
from relo.api.base import ApiView
from relo.api.pagination import CursorPages
from relo.api.problems import ProblemSerializer


class ByName(CursorPages):
    ordering = ("name_en", "id")


class PostsView(ApiView):
    @extend_schema(
        operation_id="listPosts",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)],
        responses={200: post_outputs.PostPageOut, 403: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """The agency's consulates and visa centres, each with what it asks on every route."""
        pages = ByName()
        page = pages.paginate_queryset(with_editions(posts_visible_to(self.actor(request))), request, view=self) or []
        return pages.get_paginated_response([post_outputs.post_out(post) for post in page])
