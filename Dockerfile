# The app alone; compose.yaml puts a Neo4j beside it. Without MOBILIS_NEO4J_URI it uses the embedded
# engine, which needs a glibc of 2.34 or newer: Debian 12 has one, Alpine has none.
FROM python:3.12-slim-bookworm

WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE app.py ./
COPY .streamlit .streamlit
COPY cypher cypher
COPY sample_data sample_data
COPY mobilis_graph mobilis_graph
RUN pip install --no-cache-dir --constraint requirements.lock . && rm -rf /src

RUN useradd --system --uid 10001 --home-dir /data mobilis && install -d -o mobilis -m 700 /data
USER mobilis
WORKDIR /data
ENV MOBILIS_HOME=/data PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=2)"]
# 0.0.0.0 is the container's own: compose.yaml publishes it on loopback.
CMD ["mobilis", "serve", "--foreground", "--address", "0.0.0.0"]
