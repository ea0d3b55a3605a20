FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/free-labels
ENV PATH=/opt/free-labels/bin:$PATH
# torch in a layer of its own: it is by far the largest part and changes least.
COPY constraints.txt ./
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install -c constraints.txt ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} torch
COPY . .
RUN pip wheel --no-deps -w dist . && pip install -c constraints.txt dist/*.whl

FROM python:3.11-slim
RUN useradd --uid 1000 --create-home app
COPY --from=build /opt/free-labels /opt/free-labels
ENV PATH=/opt/free-labels/bin:$PATH HOST=0.0.0.0 PORT=7860 PYTHONUNBUFFERED=1
WORKDIR /home/app
USER app
EXPOSE 7860
HEALTHCHECK --start-period=30s --timeout=5s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
# exec: the server itself gets the stop signal.
CMD ["sh", "-c", "exec free-labels serve --host \"$HOST\" --port \"$PORT\""]
