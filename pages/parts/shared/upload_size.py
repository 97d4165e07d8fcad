"""How large the files are that Streamlit takes from its visitors, whether a page asks for them or not."""

from streamlit import config

from pages.parts.shared import settings


def cap() -> None:
    """Lower the largest upload that Streamlit takes to FER_UPLOAD_MB; to raise it again takes a restart.

    Streamlit reads `server.maxUploadSize` at every upload, but has no public function that sets it while it runs.
    """
    megabytes = settings.limit("FER_UPLOAD_MB")
    if megabytes < config.get_option("server.maxUploadSize"):
        config.set_option("server.maxUploadSize", int(megabytes))


def largest(megabytes: int) -> int:
    """The largest file in MB that an uploader takes: so many, or what the whole server takes if that is less."""
    return max(1, min(megabytes, config.get_option("server.maxUploadSize")))
