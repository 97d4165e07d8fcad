"""Choosing a recipe on the Train page, changing its settings, and naming the run."""

from dataclasses import fields

from streamlit.testing.v1 import AppTest

from fer.runs import speed
from fer.runs.config import GROUPS, TrainConfig
from fer.runs.presets import PRESETS


def test_a_change_that_arrives_with_the_click_counts(train, models):
    """As when a person types a number and clicks at once: both reach the server together."""
    train.number_input(key="train-epochs").set_value(5)
    train.text_input(key="train-name").set_value("quick")
    train.button(key="train-start").click().run()
    assert models["quick"].config.epochs == 5


def test_a_name_is_made_usable_and_a_taken_one_gets_a_number(train, models):
    app = train.text_input(key="train-name").set_value("Zoë's first run!").run()
    assert any("Saved as **Zoe\\-s\\-first\\-run**" in text.value for text in app.caption)
    app = app.button(key="train-start").click().run()
    app.text_input(key="train-name").set_value("vgg_small")
    app = app.button(key="train-start").click().run()
    assert not app.exception and not app.error
    assert {"Zoe-s-first-run", "vgg_small-2"} <= {run.id for run in models}


def test_every_preset_says_what_it_is_how_long_it_takes_and_what_to_expect(train, models):
    def captions(app: AppTest) -> list[str]:
        return list(app.radio(key="train-preset").proto.captions)

    first, second, third = captions(train)  # before any measurement: what cards of the two models here say
    assert "AMD EPYC, 2 cores" in first and "AMD EPYC, 2 cores" in second and "Time unknown" in third
    for preset in PRESETS.values():
        speed.note(models, preset.config("synthetic"), train=1470 / 60, validate=1e9, judge=1e9)
    app = train.run()
    assert "About 8 min here" in captions(app)[0] and "About 20 min here" in captions(app)[1]
    assert any("About 8 min, from this machine's measured speed." in caption.value for caption in app.caption)


def test_a_preset_fills_the_form(train):
    app = train.radio(key="train-preset").set_value("Balanced").run()
    assert app.number_input(key="train-epochs").value == 20
    assert app.selectbox(key="train-architecture").value == "vgg_small"


def test_settings_that_change_nothing_are_disabled(train):
    assert train.number_input(key="train-backbone_rate").disabled
    assert train.number_input(key="train-teacher_share").disabled
    train.multiselect(key="train-teacher").set_value(["vgg_small"])
    app = train.selectbox(key="train-architecture").set_value("mobilenet_v2").run()
    assert not app.number_input(key="train-backbone_rate").disabled
    assert not app.number_input(key="train-teacher_share").disabled


def test_unwise_settings_are_reported(train):
    app = train.number_input(key="train-mixup").set_value(0.2).run()
    app = app.toggle(key="train-class_weights").set_value(True).run()
    assert any("mixup" in warning.value for warning in app.warning)
    assert any("Changed under *Advanced*: mixup, class weights" in caption.value for caption in app.caption)


def test_starting_from_a_run_takes_its_network_and_another_network_drops_it(train):
    app = train.selectbox(key="train-start_from").set_value("vgg_small").run()
    assert not app.exception and app.selectbox(key="train-architecture").value == "vgg_small"
    app = app.selectbox(key="train-architecture").set_value("resnet10").run()
    assert not app.exception and app.selectbox(key="train-start_from").value == ""


def test_the_form_shows_every_setting_under_the_title_of_its_group(train):
    (form,) = [expander for expander in train.expander if expander.label == "Advanced"]
    assert [text.value.strip("*").lower() for text in form.markdown] == list(GROUPS)
    kinds = ("number_input", "toggle", "selectbox", "text_input", "multiselect")
    keys = {widget.key for kind in kinds for widget in form.get(kind)}
    assert keys == {f"train-{item.name}" for item in fields(TrainConfig) if item.name != "data"}
