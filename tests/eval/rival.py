"""rival.py NAME - another scanner behind the same lines as `bulla scan --jsonl`: {"id", "text"} in,
{"id", "findings": [{"entity", "start", "end", "score"}]} out, byte offsets. Run by the Python of that
scanner's own environment (tests/eval/setup makes them), so it imports nothing of ours.

Each is used as its handbook says, with all that it brings: nothing is switched off that would find
more. Names of entities that none of our labels has are translated in NAMES."""
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings

# What they call it -> the family.
NAMES = {
    # Presidio
    "US_BANK_NUMBER": "BANK_ACCOUNT", "ABA_ROUTING_NUMBER": "BANK_ACCOUNT", "MEDICAL_LICENSE": "HEALTH_ID",
    "US_HEALTH_INSURANCE_MEMBER_ID": "HEALTH_ID", "US_PROVIDER_TAX_ID": "TAX_ID", "ZA_INCOME_TAX_NUMBER": "TAX_ID",
    "IT_VAT_CODE": "VAT", "DE_VAT_ID": "VAT", "DE_VAT_CODE": "VAT", "ZA_VAT_NUMBER": "VAT", "SG_NRIC_FIN": "NATIONAL_ID",
    "FI_PERSONAL_IDENTITY_CODE": "NATIONAL_ID", "IT_IDENTITY_CARD": "NATIONAL_ID", "TR_NATIONAL_ID": "NATIONAL_ID",
    "PH_UMID": "NATIONAL_ID", "ZA_ID_NUMBER": "NATIONAL_ID", "IN_VEHICLE_REGISTRATION": "LICENSE_PLATE",
    "NG_VEHICLE_REGISTRATION": "LICENSE_PLATE", "UK_VEHICLE_REGISTRATION": "LICENSE_PLATE", "DE_KFZ": "LICENSE_PLATE",
    "ZA_LICENSE_PLATE": "LICENSE_PLATE", "DE_FUEHRERSCHEIN": "DRIVER_LICENSE", "UK_DRIVING_LICENCE": "DRIVER_LICENSE",
    "ZA_DRIVER_LICENSE": "DRIVER_LICENSE", "UK_POSTCODE": "POSTCODE", "DE_PLZ": "POSTCODE", "CA_POSTAL_CODE": "POSTCODE",
    "SE_ORGANISATIONSNUMMER": "COMPANY_ID", "ZA_COMPANY_REGISTRATION": "COMPANY_ID", "ZA_MOBILE_NUMBER": "PHONE",
    "ZA_TELEPHONE_NUMBER": "PHONE",
    # scrubadub
    "email": "EMAIL", "phone": "PHONE", "credit_card": "CREDIT_CARD", "url": "URL", "social_security_number": "NATIONAL_ID",
    "national_insurance_number": "NATIONAL_ID", "tax_reference_number": "TAX_ID", "postalcode": "POSTCODE", "name": "PERSON",
    "date_of_birth": "DATE", "drivers_licence": "DRIVER_LICENSE", "vehicle_licence_plate": "LICENSE_PLATE",
    "credential": "SECRET", "twitter": "OTHER", "skype": "OTHER",
    # DataFog
    "EMAIL": "EMAIL", "PHONE": "PHONE", "SSN": "NATIONAL_ID", "IP_ADDRESS": "IP_ADDRESS", "DOB": "DATE", "ZIP": "POSTCODE",
    "PERSON": "PERSON", "ORG": "ORG", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION", "DATE": "DATE",
}


def byte_offsets(text):
    """Offset of a character -> offset of its first byte."""
    if text.isascii():
        return range(len(text) + 1)
    out, at = [0], 0
    for c in text:
        at += len(c.encode("utf-8", "surrogatepass"))
        out.append(at)
    return out


def finding(places, entity, start, end, score=1.0):
    f = {"entity": entity, "start": places[start], "end": places[end], "score": round(float(score), 3)}
    if entity in NAMES:
        f["family"] = NAMES[entity]
    return f


def presidio(every):
    """The analyzer with every recogniser of the package, those too that it leaves out unless asked, and
    a spaCy model of PyPI."""
    import inspect

    import presidio_analyzer.predefined_recognizers as known
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    nlp = NlpEngineProvider(nlp_configuration={
        "nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": spacy_model()}]}).create_engine()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=nlp)
    have = {type(r).__name__ for r in registry.recognizers}
    for name, kind in sorted(inspect.getmembers(known, inspect.isclass)) if every else []:
        if issubclass(kind, EntityRecognizer) and kind is not PatternRecognizer and name not in have:
            try:
                registry.add_recognizer(kind(supported_language="en"))
            except Exception as e:  # one that wants a service or a model of its own
                print(f"presidio: left out {name}: {type(e).__name__}", file=sys.stderr)
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])

    def one(text):
        places = byte_offsets(text)
        return [finding(places, r.entity_type, r.start, r.end, r.score) for r in engine.analyze(text=text, language="en")]
    return one


def spacy_model():
    import glob
    found = sorted(glob.glob(os.path.join(sys.prefix, "lib/python*/site-packages/**/config.cfg"), recursive=True))
    found = [os.path.dirname(p) for p in found if os.path.exists(os.path.join(os.path.dirname(p), "ner"))]
    if not found:
        raise SystemExit("no spaCy model: tests/eval/setup")
    return found[0]


def scrubadub(_):
    import scrubadub as s
    scrubber = s.Scrubber()
    for kind in ("date_of_birth", "skype", "drivers_licence", "vehicle_licence_plate"):  # names and addresses want models
        try:
            scrubber.add_detector(kind)
        except Exception as e:
            print(f"scrubadub: left out {kind}: {type(e).__name__}", file=sys.stderr)

    def one(text):
        places, out = byte_offsets(text), []
        for filth in scrubber.iter_filth(text):
            for f in getattr(filth, "filths", [filth]):
                out.append(finding(places, f.type, f.beg, f.end))
        return out
    return one


def datafog(_):
    from datafog import scan

    def one(text):
        places = byte_offsets(text)
        return [finding(places, e.type, e.start, e.end, e.confidence) for e in scan(text).entities]
    return one


def where(text, secret, line):
    """Byte ranges of a secret that a tool gives with the line it stands in (from 1)."""
    raw, value = text.encode("utf-8", "surrogatepass"), secret.encode("utf-8", "surrogatepass")
    begin = 0
    for _ in range(line - 1):
        begin = raw.find(b"\n", begin) + 1
    at = raw.find(value, begin) if value else -1
    if at < 0:
        at = raw.find(value) if value else -1
    return [] if at < 0 else [{"entity": "SECRET", "family": "SECRET", "start": at, "end": at + len(value), "score": 1.0}]


def detect_secrets(_):
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings
    place = tempfile.mkdtemp()

    def one(text):
        path = os.path.join(place, "text.txt")
        with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="") as f:
            f.write(text)
        with default_settings():
            return [f for s in scan_file(path) for f in where(text, s.secret_value or "", s.line_number)]
    return one


def gitleaks(records):
    """All texts as files of one folder, one run."""
    place = tempfile.mkdtemp()
    for i, r in enumerate(records):
        os.makedirs(f"{place}/in/{i // 1000}", exist_ok=True)
        with open(f"{place}/in/{i // 1000}/{i}.txt", "w", encoding="utf-8", errors="surrogatepass", newline="") as f:
            f.write(r["text"])
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/rivals/gitleaks/gitleaks")
    subprocess.run([os.path.normpath(program), "dir", "--no-banner", "--exit-code", "0", "-r", f"{place}/out.json",
                    f"{place}/in"], stderr=subprocess.DEVNULL, check=True)
    found = {}
    with open(f"{place}/out.json", encoding="utf-8") as f:
        for leak in json.load(f):
            i = int(os.path.basename(leak["File"])[:-4])
            found.setdefault(i, []).extend(where(records[i]["text"], leak["Secret"], leak["StartLine"]))
    return [found.get(i, []) for i in range(len(records))]


ONE_BY_ONE = {"presidio": presidio, "scrubadub": scrubadub, "datafog": datafog, "detect-secrets": detect_secrets}


def main():
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    name = sys.argv[1]
    records = [json.loads(line) for line in sys.stdin]
    if name == "gitleaks":
        answers = gitleaks(records)
    else:
        one = ONE_BY_ONE[name]("--every" in sys.argv)
        answers = (one(r["text"]) for r in records)
    for r, findings in zip(records, answers):
        print(json.dumps({"id": r["id"], "findings": findings}), flush=True)


if __name__ == "__main__":
    main()
