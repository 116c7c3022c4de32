"""An RFC 3161 authority, made by openssl: for test_anchor.py and test_bundle.py."""
import http.server
import subprocess
import threading

import pytest

CONFIG = """[tsa]
default_tsa = t
[t]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
[ext]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:FALSE
"""


def openssl(folder, *words):
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def authority(tmp_path):
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "ts.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    for name, subject in (("ca", "/CN=stamps CA"), ("other", "/CN=another CA")):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                f"{name}.key", "-out", f"{name}.pem", "-subj", subject, "-days", "2")
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            "tsa.key", "-out", "tsa.csr", "-subj", "/CN=stamps")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "ts.cnf", "-extensions", "ext", "-out", "tsa.pem")

    class Stamps(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_POST(self):
            assert self.headers["Content-Type"] == "application/timestamp-query" and self.path == "/tsr"
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if not self.server.sticks or not (folder / "q").exists():
                (folder / "q").write_bytes(query)
            done = openssl(folder, "ts", "-reply", "-config", "ts.cnf", "-section", "t", "-queryfile", "q", "-inkey",
                           "tsa.key", "-signer", "tsa.pem", "-out", "r")
            assert done.returncode == 0, done.stderr
            raw = (folder / "r").read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    server = http.server.HTTPServer(("127.0.0.1", 0), Stamps)
    server.sticks = False                                # answers an old query again
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.folder, server.url = folder, f"http://127.0.0.1:{server.server_port}/tsr"
    yield server
    server.shutdown()
    server.server_close()
