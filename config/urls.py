"""Every route of the product; of allauth only those that are used, each by name."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("appraisal.urls"))]
