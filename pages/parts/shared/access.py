"""Who may do what: everything that costs or changes something on the server needs one of the rights below."""

import streamlit as st

from fer.errors import FerError
from pages.parts.shared import frame, settings
from pages.parts.shared.attempts import Attempts, same

ENTERED = "access-password"
OWN_MACHINE = "To do so, run the project on your own machine."
attempts = Attempts()  # one for all visitors


def refusal(right: str) -> str:
    """Why nobody may do this on this server; empty if everyone may, or whoever has the password or logs in."""
    nobody, value = f"Nobody can {settings.RIGHTS[right]} on this server", settings.given(f"FER_{right.upper()}")
    if found := settings.fault():
        return f"{nobody} until its settings are corrected. {found}"
    if value is not None and settings.is_one_of(settings.OFF, value):
        return f"{nobody}: that is switched off. {OWN_MACHINE}"
    reason = ""
    if value is not None and not settings.is_one_of(settings.ON, value):
        reason = f'{nobody}: FER_{right.upper()} must be "on" or "off", got {value!r}.'
    elif settings.is_public() and not _is_locked():
        reason = f"{nobody}: it is public and has neither a password nor a login. {OWN_MACHINE}"
    if reason:
        settings.log(reason)
    return reason


def is_granted(right: str) -> bool:
    """Whether this visitor may do it, now."""
    return not refusal(right) and (not _is_locked() or _knows_password() or _is_invited())


def require(right: str) -> None:
    """Raises FerError unless this visitor may do it."""
    if not is_granted(right):
        raise FerError(refusal(right) or f"{_question(right)} The Train and Models pages let you do that.")


def explain(right: str) -> None:
    """If this visitor may not do it, say why."""
    if not is_granted(right):
        try:
            require(right)
        except FerError as error:
            st.caption(frame.plain(str(error)))


def allowed(right: str) -> bool:
    """Whether this visitor may do it; if not, says why, or asks for the password or the login."""
    if is_granted(right):
        return True
    if reason := refusal(right):
        (st.warning if settings.fault() else st.info)(frame.plain(reason))
        return False
    st.info(_question(right))
    if settings.given("FER_PASSWORD") is not None:
        key = f"access-{right}"
        st.text_input(
            "This server's password", type="password", key=key, on_change=frame.act, args=(_enter, key), max_chars=1000
        )
    if settings.emails():
        _offer_login(right)
    return False


def show_login() -> None:
    """Who is logged in, and a button that ends it."""
    if settings.emails() and st.user.get("is_logged_in"):
        with st.sidebar:
            st.caption(f"Logged in as {frame.plain(str(st.user.get('email')))}")
            st.button("Log out", key="access-logout", on_click=st.logout)


def _offer_login(right: str) -> None:
    if not st.user.get("is_logged_in"):
        st.button("Log in", key=f"access-login-{right}", on_click=st.login)
        return
    st.error(
        f"{frame.plain(str(st.user.get('email')))} is not on this server's list of e-mail addresses, or was never "
        "confirmed. Ask whoever runs it, or log in as someone else."
    )


def _enter(key: str) -> None:
    """Remember the password if it is right. The field is emptied, so that it isn't tried again at every rerun."""
    entered, st.session_state[key] = st.session_state[key], ""
    if entered:
        attempts.check(entered, settings.text("FER_PASSWORD"))
        st.session_state[ENTERED] = entered


def _is_locked() -> bool:
    return settings.given("FER_PASSWORD") is not None or settings.given("FER_EMAILS") is not None


def _question(right: str) -> str:
    keys = {"FER_PASSWORD": "enter the password", "FER_EMAILS": "log in"}
    wanted = " or ".join(key for name, key in keys.items() if settings.given(name) is not None)
    return f"To {settings.RIGHTS[right]} on this server, {wanted}."


def _knows_password() -> bool:
    """Whether this session has entered what is the password now."""
    expected = settings.given("FER_PASSWORD")
    return expected is not None and same(st.session_state.get(ENTERED, ""), str(expected))


def _is_invited() -> bool:
    """Whether this session is logged in with a listed e-mail address that its provider does not call unconfirmed."""
    user = st.user.to_dict()
    confirmed = settings.is_one_of(settings.ON, user.get("email_verified", True))
    address = str(user.get("email", "")).strip().lower()
    return user.get("is_logged_in") is True and confirmed and address in settings.emails()
