"""The applied state of an earlier demo is reused only with the same code, settings and port."""

import socket

import pytest

from demo.applied import Applied


@pytest.fixture
def root(tmp_path):
    (tmp_path / "terraform").mkdir()
    (tmp_path / "terraform" / "main.tf").write_text("resource")
    return tmp_path


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    (folder / "state").mkdir(parents=True)
    (folder / "state" / "snapshot").write_bytes(b"saved")
    (folder / "terraform.tfstate").write_text("{}")
    return folder


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def applied(root, **settings):
    found = Applied(root / "applied", root)
    found.identify(settings)
    return found


def test_state_is_restored_with_its_port(root, home, port):
    applied(root, seed=0).keep(home, port)
    new = root / "new"
    assert applied(root, seed=0).restore(new) == port
    assert (new / "state" / "snapshot").read_bytes() == b"saved"
    assert (new / "terraform.tfstate").read_text() == "{}"


def test_first_run_restores_nothing(root):
    assert applied(root).restore(root / "new") is None


def test_other_settings_or_code_restore_nothing(root, home, port):
    applied(root, seed=0).keep(home, port)
    assert applied(root, seed=1).restore(root / "new") is None
    (root / "terraform" / "main.tf").write_text("another")
    assert applied(root, seed=0).restore(root / "new") is None


def test_another_file_restores_nothing(root, home, port):
    applied(root).keep(home, port)
    (root / "terraform" / "outputs.tf").write_text("")
    assert applied(root).restore(root / "new") is None


def test_port_in_use_restores_nothing(root, home, port):
    applied(root).keep(home, port)
    with socket.create_server(("127.0.0.1", port)):
        assert applied(root).restore(root / "new") is None


def test_interrupted_copy_restores_nothing(root, home, port):
    applied(root).keep(home, port)
    (root / "applied" / "record.json").unlink()
    assert applied(root).restore(root / "new") is None


def test_later_state_replaces_the_earlier_one(root, home, port):
    applied(root, seed=0).keep(home, port)
    (home / "state" / "snapshot").write_bytes(b"later")
    applied(root, seed=1).keep(home, port)
    assert applied(root, seed=0).restore(root / "new") is None
    assert applied(root, seed=1).restore(root / "other") == port
    assert (root / "other" / "state" / "snapshot").read_bytes() == b"later"
