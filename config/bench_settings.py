"""The product's settings with one more route: the floor that every page is measured against."""

from config.settings import *  # noqa: F403, TID251  # the same product, one route more

ROOT_URLCONF = "config.bench_urls"
