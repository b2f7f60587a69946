# Page, service, Prefect and MLflow on a CPU: one image. docs/containers.md says how, and that it was never built.
FROM python:3.11.13-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.lock containers/postgres.lock /tmp/
RUN /opt/venv/bin/python -m pip install --no-deps --require-hashes -r /tmp/requirements.lock -r /tmp/postgres.lock

FROM python:3.11.13-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 ser
COPY --from=packages /opt/venv /opt/venv
WORKDIR /ser
COPY --chown=ser pyproject.toml README.md LICENSE params.yaml stages.yaml dvc.yaml prefect.yaml prefect.toml ./
COPY --chown=ser apps apps
COPY --chown=ser pipelines pipelines
COPY --chown=ser ser_tasks ser_tasks
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
 && install --directory --owner=ser /ser/data/bundles /var/lib/prefect /var/lib/mlflow \
 && chown ser /ser /ser/data
USER ser
# Libraries that want to write beside themselves write here instead; compose.yaml makes it memory.
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib NUMBA_CACHE_DIR=/tmp/numba TF_CPP_MIN_LOG_LEVEL=3
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/ready', timeout=4)"]
# Bundles are mounted at /ser/data/bundles.
CMD ["ser", "serve", "--host", "0.0.0.0"]
