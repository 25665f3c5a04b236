"""The grown shape as a file: no Docker runs here, but what it names exists."""

from pathlib import Path

import click
import pytest

from hotline.cli import main

yaml = pytest.importorskip("yaml")
FILE = Path(__file__).parents[1] / "compose.yaml"


def test_the_services_start_commands_that_exist_with_options_that_exist():
    services = yaml.safe_load(FILE.read_text("utf-8"))["services"]
    for name in ("serve", "worker"):
        command, *options = services[name]["command"]
        found = main.get_command(click.Context(main), command)
        assert found
        known = {text for one in found.params for text in one.opts}
        assert {one for one in options if one.startswith("--")} <= known
        assert services[name]["environment"]["HOTLINE_DATABASE_URL"].startswith("postgresql://")


def test_a_worker_is_given_longer_to_end_than_it_takes():
    worker = yaml.safe_load(FILE.read_text("utf-8"))["services"]["worker"]
    grace = float(worker["command"][worker["command"].index("--grace") + 1])
    assert float(worker["stop_grace_period"].removesuffix("s")) > grace
