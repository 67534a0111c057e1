"""Messages for a missing or old Terraform and a missing provider."""

import json

import pytest

from scripts import local_terraform, provider
from scripts.provider import TerraformError


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Return the only folder on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    return tmp_path


def installed(folder, output):
    tool = folder / "terraform"
    tool.write_text(f"#!/bin/sh\necho '{output}'\n")
    tool.chmod(0o755)


def test_missing_terraform_names_the_version_to_install(path):
    with pytest.raises(TerraformError, match=r"not found: install version 1\.9\S* or newer"):
        provider.terraform()


def test_old_terraform_names_both_versions(path):
    installed(path, json.dumps({"terraform_version": "1.5.7"}))
    with pytest.raises(TerraformError, match=r"1\.5\.7 is too old: install version 1\.9"):
        provider.terraform()


@pytest.mark.parametrize("version", ["1.9.0", "1.11.4", "1.12.0-rc1", "2.0.0"])
def test_new_enough_terraform_is_used(path, version):
    installed(path, json.dumps({"terraform_version": version}))
    assert provider.terraform() == str(path / "terraform")


@pytest.mark.parametrize("output", ["no json", "{}"])
def test_other_program_named_terraform_is_rejected(path, output):
    installed(path, output)
    with pytest.raises(TerraformError, match="does not print its version"):
        provider.terraform()


def test_missing_cli_configuration_is_ignored(monkeypatch, tmp_path):
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "none"))
    assert "TF_CLI_CONFIG_FILE" not in provider.environment()
    (tmp_path / "some").touch()
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "some"))
    assert "TF_CLI_CONFIG_FILE" in provider.environment()


def test_configured_mirror_is_the_only_option(monkeypatch, tmp_path):
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(tmp_path))
    assert list(provider.init_options()) == [[f"-plugin-dir={tmp_path}"]]
    assert f"TF_PROVIDER_MIRROR: got {tmp_path}, expected" in str(provider.not_found("log"))


def test_local_mirrors_come_before_the_registry(monkeypatch, tmp_path):
    for name in ("TF_PROVIDER_MIRROR", "TF_CLI_ARGS_init", "TF_CLI_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mirror" / "some.registry" / "hashicorp" / "aws").mkdir(parents=True)
    monkeypatch.setattr(provider, "MIRRORS", (f"{tmp_path}/*",))
    assert list(provider.init_options()) == [[f"-plugin-dir={tmp_path / 'mirror'}"], []]
    assert "set TF_PROVIDER_MIRROR" in str(provider.not_found("log"))


def test_errors_of_terraform_are_one_line_each():
    output = (
        "noise\nError: creating a Queue\n\n  with module.x,\n  on main.tf line 3\n\n"
        "it exists\nalready\nError: no more\n"
    )
    assert local_terraform._errors(output) == [
        "Error: creating a Queue: it exists already",
        "Error: no more",
    ]
