"""Mutual TLS: who shows no certificate of the CA is nobody, and the record says which one was shown."""
import base64
import hashlib
import json
import ssl

import pytest

from bulla import openssl


@pytest.fixture
def people(tmp_path):
    """Two CAs, and somebody of each."""
    for ca, name in (("staff", "ann"), ("others", "eve")):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", tmp_path / f"{ca}.key",
                "-out", tmp_path / f"{ca}.pem", "-subj", f"/CN={ca}", "-days", "2")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", tmp_path / f"{name}.key",
                "-out", tmp_path / f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", tmp_path / f"{name}.csr", "-CA", tmp_path / f"{ca}.pem", "-CAkey", tmp_path / f"{ca}.key",
                "-CAcreateserial", "-days", "2", "-out", tmp_path / f"{name}.pem")
    return tmp_path


def comes_as(gateway, people, name):
    """What callers show from now on; None: nothing."""
    def tls():
        context = ssl.create_default_context(cafile=str(gateway.certs / "ca.pem"))
        if name:
            context.load_cert_chain(people / f"{name}.pem", people / f"{name}.key")
        return context
    gateway.tls = tls


def asked(gateway, people, ca):
    gateway.config["listen"][0]["tls"]["client_ca"] = str(people / ca)


def test_nobody_comes_without_a_certificate_of_that_ca(client, gateway, audit, people):
    asked(gateway, people, "staff.pem")
    for name in (None, "eve"):
        comes_as(gateway, people, name)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            client.chat("hello")
    assert audit.records("exchange") == []
    comes_as(gateway, people, "ann")
    answer = client.chat("hello")
    assert answer.status == 200
    shown = gateway.run("audit", "query", "--xid", answer.exchange, "--groups", "--json", "--dir", gateway.audit_dir)
    net = json.loads(shown.stdout.splitlines()[0])["groups"]["net"]
    der = ssl.PEM_cert_to_DER_cert((people / "ann.pem").read_text())
    assert base64.b64decode(net["cert_fp"]) == hashlib.sha256(der).digest()


def test_the_key_is_asked_for_all_the_same(client, gateway, people):
    asked(gateway, people, "staff.pem")
    gateway.config["auth"], gateway.config["keys"] = "keys", str(gateway.folder / "keys")
    made = gateway.run("key", "new", "--app", "crm", "--file", gateway.folder / "keys")
    comes_as(gateway, people, "ann")
    assert client.chat("hello").status == 401
    gateway.key = made.stdout.split()[-1]
    assert client.chat("hello").status == 200


def test_where_nobody_is_asked_none_is_told(client, gateway):
    answer = client.chat("hello")
    shown = gateway.run("audit", "query", "--xid", answer.exchange, "--groups", "--json", "--dir", gateway.audit_dir)
    assert "cert_fp" not in shown.stdout and shown.stdout


def test_a_ca_that_is_none_is_refused_before_it_lets_everybody_in(gateway, people):
    (people / "empty.pem").write_text("")
    (people / "open.pem").write_bytes((people / "staff.pem").read_bytes())
    (people / "open.pem").chmod(0o666)                   # whoever may write it may come in
    for name in ("empty.pem", "missing.pem", "open.pem"):
        asked(gateway, people, name)
        gateway.write_config()
        done = gateway.run("serve", "-c", gateway.config_path)
        assert done.returncode == 1 and name in done.stdout + done.stderr, done.stderr
