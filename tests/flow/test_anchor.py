"""A checkpoint with somebody else's time stamp: openssl is the authority, and the judge."""
from authority import authority, openssl  # noqa: F401


def test_a_checkpoint_is_stamped_and_openssl_says_so(client, gateway, authority):
    client.chat("hello")
    gateway.stop()
    anchor = lambda ca: gateway.run("audit", "anchor", "--tsa", authority.url, "--tsa-ca", authority.folder / ca,
                                    "--dir", gateway.audit_dir)
    assert anchor("other.pem").returncode == 1 and not (gateway.audit_dir / "anchor").exists()
    done = anchor("ca.pem")
    assert done.returncode == 0, done.stderr
    (kept,) = (gateway.audit_dir / "anchor").glob("*.checkpoint")
    assert kept.read_bytes() == (gateway.audit_dir / "checkpoint").read_bytes()
    judge = ["ts", "-verify", "-data", str(kept), "-in", str(kept.with_suffix(".tsr")), "-CAfile", "ca.pem"]
    said = openssl(authority.folder, *judge)
    assert said.returncode == 0 and "Verification: OK" in said.stdout + said.stderr
    kept.write_bytes(kept.read_bytes().replace(b"\n", b"\n1", 1))
    assert openssl(authority.folder, *judge).returncode != 0
    authority.sticks = True
    again = anchor("ca.pem")                            # another nonce: the old answer is not this query's
    assert again.returncode == 1 and "no time stamp" in again.stderr
