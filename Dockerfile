# docker build -t eolscan . && docker run --rm --network none -v "$PWD:/src:ro" eolscan
# Name the base image by its digest where builds have to repeat: `docker buildx imagetools inspect` tells it.
ARG PYTHON=python:3.13-slim-trixie

FROM ${PYTHON} AS build
WORKDIR /build
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY products products
COPY scanner scanner
# pip stays outside: nothing installs anything where eolscan runs.
RUN python -m venv --without-pip /opt/eolscan \
    && pip --python /opt/eolscan/bin/python install --no-cache-dir --disable-pip-version-check .

FROM ${PYTHON}
LABEL org.opencontainers.image.title="eolscan" \
      org.opencontainers.image.description="Says which dependencies have reached the end of their life, and where they stand." \
      org.opencontainers.image.source="https://github.com/eolscan/eolscan" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/eolscan /opt/eolscan
ENV PATH="/opt/eolscan/bin:${PATH}" \
    PYTHONDONTWRITEBYTECODE=1
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["/opt/eolscan/bin/eolscan"]
