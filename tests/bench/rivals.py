"""Gateways for LLM traffic that others make, measured beside ours when tests/bench/setup-rivals has
fetched them. Each says what it inspects and how callers reach it; none of them keeps a signed record."""
import json
import os
import secrets
import shutil
import subprocess

import targets as t

HOME = os.path.join(t.TREE, "build/rivals")


class LiteLLM(t.Target):
    """Its proxy, one worker, with the content filter that comes with it masking what our default
    policy asks for, as far as it has a pattern for it."""
    name = "LiteLLM, content filter"
    inspects = "requests, 8 patterns"
    plain, slow, can = True, True, ("payload", "alone", "stream")
    patterns = ["email", "us_phone", "credit_card", "us_ssn", "ipv4", "aws_access_key", "github_token", "iban"]
    binary = os.path.join(HOME, "litellm/bin/litellm")
    listens_within = 90

    @classmethod
    def missing(cls):
        return None if os.access(cls.binary, os.X_OK) else "tests/bench/setup-rivals has not fetched it"

    def __init__(self, folder, origin_port):
        super().__init__(folder, origin_port)
        self.bearer = "sk-" + secrets.token_hex(32)

    def command(self):
        models = "".join(f"""
  - model_name: "{name}"
    litellm_params: {{ model: "openai/{name}", api_base: "http://127.0.0.1:{self.origin}/v1", api_key: none }}"""
                         for name in ("bench", "sse-0-200", "sse-5-150", "sse-20-64"))
        patterns = "".join(f"""
        - {{ pattern_type: prebuilt, pattern_name: {name}, action: MASK }}""" for name in self.patterns)
        path = self.write("config.yaml", f"""
model_list:{models}
guardrails:
  - guardrail_name: filter
    litellm_params:
      guardrail: litellm_content_filter
      mode: pre_call
      default_on: true
      patterns:{patterns}
litellm_settings: {{ telemetry: false }}
""")
        return ["env", "LITELLM_LOCAL_MODEL_COST_MAP=True", "LITELLM_TELEMETRY=False",
                f"LITELLM_MASTER_KEY={self.bearer}", self.binary, "--config", path,
                "--host", "127.0.0.1", "--port", str(self.port), "--num_workers", "1"]

    def version(self):
        said = subprocess.run([os.path.join(os.path.dirname(self.binary), "pip"), "show", "litellm"],
                              capture_output=True, text=True).stdout
        return "LiteLLM " + next((x.split()[1] for x in said.split("\n") if x.startswith("Version:")), "?")


class Portkey(t.Target):
    """Its open gateway on Node: routes and retries, looks into nothing as configured here."""
    name = "Portkey"
    plain, slow, can = True, True, ("payload", "alone", "talk")   # its streams end with 500 on Node 20
    package = os.path.join(HOME, "portkey/node_modules/@portkey-ai/gateway")
    listens_within = 30

    @classmethod
    def missing(cls):
        if not shutil.which("node"):
            return "no program node"
        return None if os.path.isdir(cls.package) else "tests/bench/setup-rivals has not fetched it"

    def __init__(self, folder, origin_port):
        super().__init__(folder, origin_port)
        self.headers = ("x-portkey-provider: openai", f"x-portkey-custom-host: http://127.0.0.1:{origin_port}/v1")
        self.bearer = "none"

    def command(self):
        return ["env", "NODE_ENV=production", "TRUSTED_CUSTOM_HOSTS=localhost,127.0.0.1", "node",
                f"{self.package}/build/start-server.js", "--headless", f"--port={self.port}"]

    def version(self):
        return "Portkey " + json.load(open(f"{self.package}/package.json"))["version"]


ALL = [Portkey, LiteLLM]
