from django.urls import path

from relo.portal.sign_in_views import LinkView, SentView, SignInView, SignOutView

urlpatterns = [
    path("sign-in/", SignInView.as_view(), name="sign_in"),
    path("sign-in/sent/", SentView.as_view(), name="sign_in_sent"),
    path("sign-in/<str:token>/", LinkView.as_view(), name="sign_in_link"),
    path("sign-out/", SignOutView.as_view(), name="sign_out"),
]
