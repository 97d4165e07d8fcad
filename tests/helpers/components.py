"""What a page hands to the project's own components, which Streamlit's test harness does not know."""

import json

from streamlit.testing.v1 import AppTest


def shown(app: AppTest, component: str) -> list[dict]:
    """The data of every component of that name on the page."""
    found = [element.proto for element in app.get("bidi_component")]
    return [json.loads(proto.json) for proto in found if proto.component_name == component]


def faces(app: AppTest) -> list[dict]:
    """The cards of the photo that the page shows."""
    (view,) = shown(app, "fer_photo_view")
    return view["faces"]
