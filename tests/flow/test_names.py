"""Where an upstream is, when it is given by name: another process answers, and not every answer is taken."""
import os
import shutil
import signal
import subprocess

import pytest

from bulla import processes, until


def named(gateway, host, **more):
    """The upstream `fake` by a name instead of 127.0.0.1."""
    fake = gateway.config["upstreams"]["fake"]
    fake["url"] = fake["url"].replace("127.0.0.1", host)
    fake.update(more)


@pytest.fixture
def hosts(gateway, tmp_path):
    """hosts(text) is /etc/hosts to the gateway alone, in a mount namespace of its own."""
    stub, launcher = tmp_path / "hosts", tmp_path / "launch"
    stub.write_text("")
    if not shutil.which("unshare") or subprocess.run(
            ["unshare", "-m", "sh", "-c", f"mount --bind {stub} /etc/hosts"],
            capture_output=True).returncode != 0:
        pytest.skip("no mount namespace of its own: needs root and unshare")
    launcher.write_text(f"#!/bin/sh\nexec unshare -m sh -c 'mount --bind {stub} /etc/hosts && "
                        f"exec \"$0\" \"$@\"' {gateway.binary} \"$@\"\n")
    launcher.chmod(0o755)
    gateway.binary = launcher

    def write(text):
        stub.write_text(text)
    return write


def test_a_name_that_is_none_is_a_502_with_its_reason(gateway, client, audit):
    named(gateway, "no-such-name.invalid")
    answer = client.chat("hello")
    assert answer.status == 502
    assert client.chat("hello").status == 502
    client.gateway.stop()
    assert b'"upstream-name"' in audit.of(answer)[-1].groups


def test_localhost_is_a_name_that_may_stay_in_the_house(gateway, client, upstream):
    named(gateway, "localhost")
    upstream.says("good day")
    assert client.chat("hello").text == "good day"


def test_a_closed_upstream_by_name_does_not_lead_into_the_house(gateway, client, upstream, hosts):
    hosts("127.0.0.1 model.example.com localhost\n")
    named(gateway, "model.example.com")
    upstream.says("good day")
    assert client.chat("hello").status == 502
    assert "upstream.address_refused" in gateway.said()
    assert not upstream.requests


@pytest.mark.parametrize("more", [{"private": True}, {"trust": "local"}])
def test_unless_the_operator_says_so(gateway, client, upstream, hosts, more):
    hosts("127.0.0.1 model.example.com localhost\n")
    named(gateway, "model.example.com", **more)
    upstream.says("good day")
    assert client.chat("hello").text == "good day"


def test_a_name_that_flips_to_the_metadata_address_is_refused(gateway, client, upstream, hosts):
    hosts("127.0.0.1 model.example.com\n")
    named(gateway, "model.example.com", private=True)
    gateway.config["threads"] = 1
    upstream.says("good day")
    assert client.chat("hello").text == "good day"
    hosts("169.254.169.254 model.example.com\n")
    upstream.__exit__()                  # so that the old address is doubted before its 30 s are over
    until(lambda: client.chat("hello").status == 502 and
          "upstream.address_refused" in gateway.said())


def test_the_resolver_may_die(gateway, client, upstream):
    named(gateway, "localhost")
    gateway.config["threads"] = 1
    gateway.start()
    first = until(lambda: processes(gateway).get("resolver"))
    os.kill(first, signal.SIGKILL)
    upstream.says("good day")
    assert client.chat("hello").text == "good day"      # waits for the next resolver
    assert processes(gateway)["resolver"] != first
