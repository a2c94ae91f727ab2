# The connector's image: its own user, and no compiler. docs/deploying.md says how it is run, compose.yaml runs it.
#
# Checked: `hadolint Dockerfile` says nothing; `buildah build` made it, on a stand-in for the first line (Debian 13 with its own
# Python 3.13, made by debootstrap). What came of it was run by hand in namespaces of its own: as process 1 and user 10001, with no
# capability, a read-only file system, /data and /tmp. It took in orders, the health check held, and SIGTERM ended it in 0.4 s.
# Not checked: the official image by its own name, which could not be fetched; `docker run`; other processors than x86-64.

ARG PYTHON=3.13-slim-trixie
FROM python:${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/connector
# What is installed has one of the hashes that stand in these files.
COPY requirements.txt requirements-build.txt ./
RUN /opt/build/bin/pip install --require-hashes -r requirements-build.txt \
    && /opt/build/bin/pip --python /opt/connector/bin/python3 install --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY connector connector
COPY sandbox sandbox
RUN /opt/build/bin/pip --python /opt/build/bin/python3 wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /opt/build/bin/pip --python /opt/connector/bin/python3 install --no-deps --no-index /wheel/*.whl

FROM python:${PYTHON}
COPY --from=build /opt/connector /opt/connector
ENV PATH=/opt/connector/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite:////data/connector.db
# Where a platform gives its disks to root, it builds with RUN_AS=0:0.
ARG RUN_AS=10001:10001
RUN mkdir --mode=700 /data && chown ${RUN_AS} /data
USER ${RUN_AS}
# The database, and .env if there is one. No VOLUME: some platforms refuse it, and one without a name would be lost with its
# container all the same. Nothing else is written to but /tmp.
WORKDIR /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
# The first process gets the signal itself: it answers what is under way, and ends within seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["order-connector"]
CMD ["serve"]
