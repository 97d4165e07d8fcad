# The app in a container. KIND=light reads emotions and needs no TensorFlow; KIND=full also trains, imports and exports.
#   docker build --build-arg KIND=light -t emotion-studio .
#   docker run -p 8501:8501 -v emotion-studio:/data emotion-studio
# MORE names further packages, such as "authlib httpx" for a login.
FROM python:3.13-slim

ARG KIND=light
ARG MORE=
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

WORKDIR /app
COPY requirements.txt requirements-light.txt ./
RUN python -m venv /venv \
    && if [ "$KIND" = full ]; then file=requirements.txt; else file=requirements-light.txt; fi \
    && pip install --no-cache-dir --no-compile -r "$file" \
    && echo "$MORE" >/tmp/more \
    && xargs --no-run-if-empty --arg-file=/tmp/more pip install --no-cache-dir --no-compile \
    && rm /tmp/more

# what is a visitor's or an owner's is in /data; the program itself cannot be changed by its user
RUN useradd --create-home --uid 1000 studio \
    && install --directory --owner=studio /data/models /data/data
COPY LICENSE streamlit_app.py ./
COPY .streamlit .streamlit
COPY static static
COPY models models
COPY pages pages
COPY fer fer

USER 1000
VOLUME /data
ENV FER_PUBLIC=on \
    FER_MODELS=/data/models \
    FER_DATA=/data/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_MAX_UPLOAD_SIZE=100 \
    STREAMLIT_SERVER_PORT=8501
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(os.path.join('http://127.0.0.1:8501', os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'), '_stcore/health'), timeout=4)"]
CMD ["streamlit", "run", "streamlit_app.py"]
