"""Fixtures for stories: the real binary, a scripted upstream, a caller, and the audit log on disk.

A story names what it needs: policy(...) writes the policy, upstream plays the answers and keeps what
it was sent, client speaks to the gateway, audit reads the log. The gateway starts when it is first
needed. After each story its stderr must be free of sanitizer reports and of every canary; after the
last one no file that any of them left may hold one, however spelled.
"""
import os
import pathlib

import pytest

import leaks
from bulla import Audit, Client, Gateway, Policy, certificates
from origin import Origin

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary():
    return pathlib.Path(os.environ.get("BULLA", ROOT / "build/dev/bulla")).absolute()


@pytest.fixture(scope="session")
def bulla():
    path = binary()
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path


@pytest.fixture(scope="session", autouse=True)
def nothing_leaked(tmp_path_factory):
    """Logs, records, tiles, metrics, refusals, cores: all files of all stories, for all canaries."""
    yield
    found = leaks.search(tmp_path_factory.getbasetemp(), leaks.CANARIES)
    assert not found, "canaries were left in files:\n" + "\n".join(
        f"  {path}: {text!r} as {how}" for path, text, how in found[:40])


@pytest.fixture(scope="session")
def certs(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("certs"))


@pytest.fixture
def upstream():
    """A fake origin, configured as upstream `fake` (trust: closed) on plain loopback HTTP."""
    with Origin() as origin:
        yield origin


@pytest.fixture
def second():
    """Another one, configured as upstream `near` (trust: local)."""
    with Origin() as origin:
        yield origin


@pytest.fixture
def policy(tmp_path):
    return Policy(tmp_path / "policy.yaml")


@pytest.fixture
def gateway(bulla, certs, tmp_path, policy, upstream, second):
    """Starts on first use; gateway.config may be changed before that."""
    g = Gateway(bulla, certs, tmp_path, policy, {"fake": (upstream, "closed"), "near": (second, "local")})
    yield g
    g.stop()
    g.assert_clean()


@pytest.fixture
def client(gateway):
    return Client(gateway)


@pytest.fixture
def audit(gateway):
    return Audit(gateway)
