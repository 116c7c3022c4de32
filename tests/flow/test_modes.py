"""What a file's mode says about whom to believe: the table of modes, and whether the program starts."""
import os
import shutil

import pytest

SECRET = "provider-" + "canary-of-a-mode-1234"


def files(gateway, policy, certs):
    """Every file that is believed, in the story's own folder."""
    key, provider = gateway.folder / "own.key", gateway.folder / "provider.key"
    shutil.copy(certs / "server.key", key)
    provider.write_text(gateway.canary(SECRET) + "\n")
    policy()
    gateway.config["listen"][0]["tls"]["key"] = str(key)
    gateway.config["upstreams"]["fake"]["key"] = f"file:{provider}"
    gateway.config.update(auth="keys", keys=str(gateway.folder / "bulla.keys"))
    assert gateway.run("key", "new", "--app", "me", "--file", "bulla.keys").returncode == 0
    gateway.write_config()
    key.chmod(0o600)
    provider.chmod(0o600)
    return {"config": gateway.config_path, "policy": policy.path, "keys": gateway.folder / "bulla.keys",
            "private key": key, "provider key": provider}


@pytest.mark.parametrize("what,mode,advice", [
    *((w, 0o646, "others may change it: chmod o-w it") for w in ("config", "policy", "keys")),
    *((w, 0o602, "others may change it: chmod 600 it") for w in ("private key", "provider key")),
    *((w, 0o604, "others may read it: chmod 600 it") for w in ("private key", "provider key")),
    *((w, 0o640, "its group may read it: chmod 600 it") for w in ("private key", "provider key")),
    *((w, 0o620, "its group may change it: chmod 600 it") for w in ("private key", "provider key")),
])
def test_a_file_that_is_not_ours_alone_is_refused_by_name_and_says_what_to_do(
        what, mode, advice, gateway, policy, certs):
    path = files(gateway, policy, certs)[what]
    path.chmod(mode)
    done = gateway.run("serve", "-c", gateway.config_path)
    assert done.returncode == 1
    line = next(x for x in done.stderr.splitlines() if advice in x)
    assert path.name in line and SECRET not in done.stderr + done.stdout


def test_what_a_checkout_or_a_service_manager_leaves_is_served(gateway, policy, certs, client):
    """umask 002 lets a group write; credentials of a service manager are root's, 0400 or 0440."""
    found = files(gateway, policy, certs)
    for name in ("config", "policy", "keys"):
        found[name].chmod(0o664)
    found["private key"].chmod(0o400)
    found["provider key"].chmod(0o440 if os.geteuid() == 0 else 0o400)
    gateway.write_config()
    found["config"].chmod(0o664)
    assert client.chat("hello").status == 401           # nobody's key: it runs


def test_a_reload_does_not_believe_a_file_that_anybody_may_change(gateway, policy, client, upstream):
    policy(rules=[{"id": "mail", "find": ["EMAIL_ADDRESS"], "do": {"redact": "token"}}])
    assert client.chat("hello").status == 200
    policy.path.chmod(0o666)
    policy(rules=[])                                    # the mode stays
    done = gateway.run("check", "-c", gateway.config_path)
    assert done.returncode != 0 and "chmod o-w it" in done.stderr
    client.chat("write to jo@example.org")
    assert b"jo@example.org" not in upstream.everything()
