# One image for web, worker, beat and migrate; the command is given by docker-compose.yml.

# --- the packages that run -----------------------------------------------------------------------
FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes --requirement /tmp/requirements.txt

# --- what is made once: catalogues and static files ------------------------------------------------
FROM packages AS assets
COPY requirements-dev.txt /tmp/requirements-dev.txt
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --require-hashes --requirement /tmp/requirements-dev.txt
WORKDIR /app
COPY . .
# APP_ENV=demo only spares this step the secrets of production; the files are the same.
RUN /opt/tools/bin/python -m config.catalogues compile \
    && APP_ENV=demo /opt/venv/bin/python manage.py collectstatic --noinput \
    && rm requirements.txt requirements-dev.txt

# --- the image -------------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 APP_ENV=production
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin kinerja \
    && install --directory --mode 700 --owner 10001 /keys /key-copies
COPY --from=packages /opt/venv /opt/venv
COPY --from=assets /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--bind", "0.0.0.0:8000"]
