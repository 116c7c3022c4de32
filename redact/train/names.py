#!/usr/bin/env python3
"""Trains what names are found with: redact/names.model, from lists, our own sentences and texts of yours.

usage: names.py [--tool build/release/names_train] make [--data FILE]... [--out redact/names.model]
       names.py [--tool ...] check [--data FILE]... [--folds 5]     what models say of texts that they were not trained on
       names.py texts                                              the sentences as JSONL, to look at

FILE is JSONL, also gzipped: {"text", "spans": [{"start", "end", "family"}], "source", "kind"}; start and end are bytes of the
UTF-8. Families: PERSON, LOCATION, ORG, ADDRESS; others are left out. "kind": code, config and json are texts without names;
"prose" and "prompt" are texts in which nobody has marked them, "source" says which texts belong together.
Same input, same bytes out. Standard library only; the tool is made by: cmake --build build/release --target names_train
"""
import argparse, collections, gzip, hashlib, json, os, random, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TAGS = {"PERSON": 1, "LOCATION": 3, "ORG": 5, "ADDRESS": 7, "ANY": 0}
KINDS = ["PERSON", "LOCATION", "ORG", "ADDRESS"]
BITS = {name: 1 << i for i, name in enumerate(
    "GIVEN GIVEN_RARE SURNAME SURNAME_RARE CITY TOWN LAND STREET UNIT ORG HONORIFIC CUE NATION COMMON DATE PARTICLE".split())}
LAST = {"de": "AT", "en": "US", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "pl": "PL", "se": "SE", "fi": "FI", "pt": "PT",
        "dk": "DK", "no": "NO", "cz": "CZ", "hu": "HU", "ro": "RO", "tr": "TR", "in": "IN", "au": "AU", "uk_": "GB", "ja": "JP"}


def rows(name):
    with open(os.path.join(HERE, "lists", name + ".txt"), encoding="utf-8") as f:
        return {k: v.split("|") for k, v in (line.rstrip("\n").split("\t") for line in f)}


def words():
    with open(os.path.join(HERE, "words.txt"), encoding="utf-8") as f:
        return {k: v.split("|") for k, v in (l.rstrip("\n").split("\t") for l in f if not l.startswith("#"))}


class Lists:
    def __init__(self):
        self.given, self.sur, self.us = rows("given"), rows("surnames"), rows("surnames_us")["us"]
        self.cities, self.towns, self.lands = rows("cities"), rows("towns"), rows("lands")["all"]
        self.streets, self.words = rows("streets"), words()

    def bits(self):
        """word -> bits of the lists it stands in"""
        out = collections.Counter()
        def put(name, all_words):
            for w in set(x.lower() for x in all_words):
                out[w] |= BITS[name]
        for loc, v in self.given.items():
            put("GIVEN_RARE" if len(v) > 2500 else "GIVEN", v)
        for loc, v in self.sur.items():
            put("SURNAME", v)
        put("SURNAME", self.us[:4000])
        put("SURNAME_RARE", self.us[4000:])
        for name, table in (("CITY", self.cities), ("TOWN", self.towns)):
            for v in table.values():
                put(name, v)
        put("LAND", self.lands)
        for name in "STREET UNIT ORG HONORIFIC CUE NATION DATE PARTICLE LAND".split():
            put(name, self.words[name])
        put("NATION", [w + "s" for w in self.words["NATION"] if " " not in w and not w.endswith("s")])
        return out


# --- what fills the slots ----------------------------------------------------------------------------

class Maker:
    """Fills sentences. Every draw comes from one seeded generator."""
    def __init__(self, lists, seed):
        self.l, self.r = lists, random.Random(seed)
        self.latin = [k for k in lists.given if k not in ("gr", "ru", "uk", "bg", "mk", "ar", "he", "fa", "hi", "jp", "ko", "cn", "tw", "am", "ge")]
        self.chains = {}

    def pick(self, v):
        return v[int(self.r.random() * len(v))]

    def invented(self, key, v):
        """A name that is on no list: letters that follow each other as in those of the list."""
        if key not in self.chains:
            chain = collections.defaultdict(list)
            for w in v:
                w = "^^" + w + "$"
                for i in range(len(w) - 2):
                    chain[w[i:i + 2]].append(w[i + 2])
            self.chains[key] = chain
        chain, out = self.chains[key], "^^"
        while len(out) < 16:
            c = self.pick(chain[out[-2:]])
            if c == "$":
                break
            out += c
        out = out[2:].strip(" -'’")
        return out[:1].upper() + out[1:] if 2 < len(out) < 15 else self.pick(v)

    def language(self, lang):
        if lang not in self.l.given:
            lang = {"au": "en", "uk_": "en", "ja": "jp"}.get(lang, "en")
        if lang == "en" and self.r.random() < 0.55:
            lang = self.pick(self.latin)
        return lang

    def given(self, lang):
        v = self.l.given[lang]
        return self.invented("g" + lang, v) if self.r.random() < 0.3 and lang in self.latin else self.pick(v)

    def surname(self, lang):
        r = self.r.random()
        v = self.l.us if lang in ("en", "in") and r < 0.5 else self.l.sur[lang]
        if len(v) < 20:
            v = self.l.sur["en"]
        if self.r.random() < 0.35 and lang in self.latin:
            return self.invented("s" + (lang if v is not self.l.us else "us"), v)
        return self.pick(v)

    def full(self, lang):
        g, s, r = self.given(lang), self.surname(lang), self.r.random()
        if lang in ("jp", "cn", "tw", "ko"):
            return s + g if r < 0.6 else s + " " + g
        if r < 0.70: return g + " " + s
        if r < 0.78: return f"{g} {self.pick('ABCDEFGHIJKLMNOPRSTVW')}. {s}"
        if r < 0.83: return f"{g} {self.given(lang)} {s}"
        if r < 0.87: return f"{g}-{self.given(lang)} {s}"
        if r < 0.91: return f"{g} {s}-{self.surname(lang)}"
        if r < 0.94: return f"{g} {self.pick(['von', 'van', 'de', 'van der', 'de la', 'di', 'da', 'al-', 'bin', 'El'])} {s}".replace("- ", "-")
        if r < 0.96: return f"{g[0]}. {s}"
        if r < 0.98: return f"{s}, {g}"
        return f"{g} {self.pick(['O', 'Mc', 'Mac'])}{self.pick([chr(39), ''])}{s}" if r < 0.985 else f"{g} {s} {self.pick(['Jr.', 'Sr.', 'III'])}"

    def person(self, lang):
        r = self.r.random()
        return self.full(lang) if r < 0.45 else self.given(lang) if r < 0.75 else self.surname(lang)

    def city(self, lang):
        cc, r = LAST.get(lang, "US"), self.r.random()
        if lang in ("ru", "uk"):
            return self.pick(["Москва", "Казань", "Самара", "Омск", "Пермь", "Київ", "Львів", "Одеса", "Тверь", "Сочи"])
        if r < 0.35 or cc not in self.l.cities:
            cc = self.pick(sorted(self.l.cities))
        table = self.l.cities if self.r.random() < 0.5 or cc not in self.l.towns else self.l.towns
        v = table[cc]
        return self.invented("c" + cc, v) if self.r.random() < 0.15 and len(v) > 60 else self.pick(v)

    def land(self, lang):
        return self.pick(self.l.lands) if self.r.random() < 0.4 else self.pick(self.l.words["NATIONS"])

    def number(self, most=400):
        return str(1 + int(most ** self.r.random() * self.r.random()))

    def street_name(self, lang):
        r = self.r.random()
        if lang in self.l.streets and r < 0.5: return self.pick(self.l.streets[lang])
        if r < 0.75: return self.surname(self.language(lang))
        if r < 0.85: return self.full(self.language(lang))
        return self.pick(["Main", "Oak", "Park", "Church", "Station", "Mill", "Lake", "Hill", "River", "Maple", "King", "Queen", "High", "Market",
                          "2nd", "5th", "42nd", "Forest", "North", "Old Mill", "Saint Mary", "Victoria", "Green", "Linden", "Rosen", "Bahnhof", "Berg"])

    def street(self, lang):
        """Street and number, as it is written there."""
        p, n, s = self.pick, self.number(), self.street_name(lang)
        if self.r.random() < 0.2: n += self.pick(["a", "b", "A", "B", "c", "-" + self.number(99), "/" + self.number(20), " bis"])
        low = s[:1].upper() + s[1:].lower()
        if lang == "de": return self.pick([f"{low}{p(['straße', 'strasse', 'str.', 'weg', 'gasse', 'platz', 'allee'])} {n}", f"{p(['Am', 'An der', 'Im', 'Zum', 'Auf dem'])} {low} {n}", f"{s}-{p(['Straße', 'Allee', 'Platz'])} {n}"])
        if lang == "fr": return f"{n}{p(['', ',', ' ter'])} {p(['rue', 'Rue', 'avenue', 'boulevard', 'place', 'chemin', 'impasse', 'quai', 'allée', 'route', 'bd', 'av.', 'cours'])} {p(['', 'de ', 'du ', 'de la ', 'des ', 'Saint-', 'd’'])}{s}"
        if lang == "es": return f"{p(['Calle', 'C/', 'Avenida', 'Avda.', 'Plaza', 'Paseo', 'Camino', 'Carrera', 'Ronda', 'calle'])} {p(['', 'de ', 'del ', 'de la ', 'San '])}{s}{p([', ', ' ', ', nº ', ' #'])}{n}"
        if lang == "it": return f"{p(['Via', 'via', 'Viale', 'Piazza', 'Corso', 'Largo', 'Vicolo', 'Strada'])} {p(['', 'della ', 'di ', 'San ', 'dei '])}{s}{p([', ', ' '])}{n}"
        if lang == "nl": return f"{low}{p(['straat', 'laan', 'weg', 'plein', 'gracht', 'kade', 'dreef', 'singel', 'steenweg'])} {n}"
        if lang == "pl": return f"{p(['ul.', 'ulica', 'al.', 'aleja', 'pl.', 'os.', 'ul'])} {s} {n}{p(['', '/' + self.number(80), ' m. ' + self.number(40)])}"
        if lang == "se": return f"{low}{p(['gatan', 'vägen', 'gränd', 'torget', 's gata', 's väg'])} {n}"
        if lang == "fi": return f"{low}{p(['katu', 'tie', 'kuja', 'polku', 'nkatu', 'ntie'])} {n}{p(['', ' A ' + self.number(50), ' B'])}"
        if lang == "pt": return f"{p(['Rua', 'Avenida', 'Av.', 'Travessa', 'Praça', 'Alameda', 'Largo', 'Estrada', 'R.'])} {p(['', 'da ', 'do ', 'dos ', 'de '])}{s}{p([', ', ' ', ', nº '])}{n}"
        if lang in ("dk", "no"): return f"{low}{p(['vej', 'gade', 's vej', 'gata', 'veien', 'svingen', 'alle', 'parken', 'vangen'])} {n}"
        if lang == "cz": return f"{s} {n}{p(['', '/' + self.number(90)])}"
        if lang == "hu": return f"{s} {p(['utca', 'út', 'tér', 'u.', 'körút'])} {n}{p(['', '.'])}"
        if lang == "ro": return f"{p(['Strada', 'Str.', 'Bulevardul', 'Aleea'])} {s} {p(['', 'nr. '])}{n}"
        if lang == "tr": return f"{s} {p(['Caddesi', 'Sokak', 'Cad.', 'Sok.', 'Bulvarı'])} {p(['No: ', 'No:', ''])}{n}"
        if lang in ("ru", "uk"): return f"{p(['ул.', 'улица', 'проспект', 'пр.', 'вул.', 'пер.'])} {s}, {p(['', 'д. ', 'дом '])}{n}{p(['', ', кв. ' + self.number(90)])}"
        if lang == "in": return f"{p(['', 'Flat ' + n + ', ', 'House No. ' + n + ', ', '#' + n + ', ', 'Plot ' + n + ', '])}{n}{p(['', '/' + self.number(40)])}, {s} {p(['Road', 'Nagar', 'Marg', 'Colony', 'Street', 'Layout', 'Chowk', 'Enclave'])}{p(['', ', Sector ' + self.number(60), ', ' + self.number(9) + 'th Main', ', near ' + s + ' temple'])}"
        if lang == "ja": return f"{self.number(9)}-{self.number(20)}-{n} {s}{p(['-cho', 'cho', ' ', '-machi', ', ' + s + '-ku'])}".strip()
        ending = p(self.l.streets["ensuffix"]) if self.r.random() < 0.4 else p(["Street", "St", "St.", "Avenue", "Ave", "Ave.", "Road", "Rd", "Rd.", "Lane", "Drive", "Dr", "Blvd", "Court", "Way", "Place", "Close"])
        number = n if self.r.random() < 0.7 else str(self.r.randrange(100, 20000))
        return f"{number} {p(['', '', '', 'N ', 'S. ', 'West ', 'E '])}{s} {ending}{p(['', '', '', ' NW', ' South'])}"

    def code(self, lang):
        digits = lambda k: "".join(self.pick("0123456789") for _ in range(k))
        letter = lambda: self.pick("ABCDEFGHJKLMNPRSTUWXY")
        if lang in ("de", "fr", "es", "it", "fi", "tr"): return digits(5)
        if lang == "nl": return digits(4) + self.pick([" ", ""]) + letter() + letter()
        if lang == "pl": return digits(2) + "-" + digits(3)
        if lang in ("se", "cz"): return digits(3) + " " + digits(2)
        if lang in ("dk", "no", "hu", "au"): return digits(4)
        if lang == "pt": return digits(4) + "-" + digits(3) if self.r.random() < 0.5 else digits(5) + "-" + digits(3)
        if lang in ("in", "ro", "ru"): return digits(6)
        if lang == "ja": return digits(3) + "-" + digits(4)
        if lang == "uk_": return letter() + digits(self.pick([1, 2])) + " " + digits(1) + letter() + letter()
        r = self.r.random()
        return digits(5) if r < 0.7 else digits(5) + "-" + digits(4) if r < 0.8 else letter() + digits(1) + letter() + " " + digits(1) + letter() + digits(1)

    def address(self, lang, lines=False):
        """One address; `lines`: on several."""
        p, r = self.pick, self.r.random()
        if lang == "en": lang = p(["en", "en", "en", "en", "uk_", "uk_", "au", "de", "fr", "es", "it", "nl", "pl", "se", "fi", "pt", "dk", "no", "cz", "hu", "in", "ja", "ro", "tr"])
        first = self.street(lang)
        if lang not in ("en", "fr", "in", "ja", "au", "uk_") and self.r.random() < 0.25: first = self.number(9000) + " " + first
        elif self.r.random() < 0.06: first = self.number(99) + " " + first
        if self.r.random() < 0.05: first = re.sub(r"^\d+[a-zA-Z]? ", "", first) if lang == "en" else re.sub(r" \d+\w?$", "", first)
        if r < 0.06: first = f"{p(['P.O. Box', 'PO Box', 'P O Box', 'Postfach', 'BP', 'Apartado', 'Postbus', 'POB'])} {self.number(9000)}"
        if r < 0.025: first = f"{p(['PSC', 'Unit', 'CMR'])} {self.number(9000)}, Box {self.number(9000)}"
        if 0.06 <= r < 0.08: first = f"the corner of {first} and {self.street(lang)}"
        if 0.08 <= r < 0.09: return f"{p(['USS', 'USNS', 'USCGC'])} {self.surname(self.language('en'))}{p([', ', chr(10)])}{p(['FPO', 'APO'])} {p(['AE', 'AP', 'AA'])} {self.number(9000)}{self.number(9)}"
        parts = [first]
        if self.r.random() < 0.25: parts.append(f"{p(['Apt.', 'Apt', 'Suite', 'Ste.', 'Unit', 'Floor', 'Flat', '#', 'Room', 'Apartment', 'Bldg.', 'Top', 'Lgh'])} {self.number(600)}{p(['', '', 'B'])}")
        town, code, land = self.city(lang), self.code(lang), self.land(lang)
        r = self.r.random()
        if lang in ("en", "au"):
            state = p(self.l.words["LAND"][16:80]).upper() if self.r.random() < 0.8 else land
            tail = p([[town, f"{state} {code}"], [f"{town}, {state} {code}"], [town, state], [town, f"{state}, {code}"], [f"{town} {state} {code}"]])
        elif lang in ("uk_", "in"):
            tail = p([[town, code], [f"{town} {code}"], [town, land, code], [f"{town} - {code}"], [town]])
        else:
            tail = p([[f"{code} {town}"], [f"{code}, {town}"], [town, code], [town], [f"{town} {code}"], [f"{LAST.get(lang, 'D')[0]}-{code} {town}"]])
        if r < 0.2: tail = []
        elif r < 0.45: tail = tail + [land] if self.r.random() < 0.7 else tail + [land + " " + code]
        parts += tail
        if lines:
            return p(["\n", "\n", "\n", ",\n", "\n ", "\n  "]).join(parts)
        mark = p([", ", ", ", ", ", ", ", " ", " ", ",", " - ", "\n", "\n ", "\n, ", "; "])
        return mark.join(parts)

    def org(self, lang):
        p, r, w = self.pick, self.r.random(), self.l.words
        stem = p(w["STEM"]).capitalize()
        if self.r.random() < 0.4: stem = self.invented("org", w["STEM"]).capitalize()
        end = p(["Inc.", "Inc", "LLC", "Ltd", "Ltd.", "Corp", "GmbH", "AG", "SA", "S.A.", "BV", "Oy", "AB", "plc", "Group", "Holdings", "Technologies", "Systems", "Partners", "Bank", "Co.", "SpA", "SARL", "Sp. z o.o."])
        if r < 0.14: return f"{stem} {end}"
        if r < 0.24: return f"{stem} {p(w['STEM']).capitalize()} {end}"
        if r < 0.33: return f"{p(['University of', 'Bank of', 'Institute of', 'Ministry of', 'Museum of', 'Department of'])} {self.city(lang)}"
        if r < 0.42: return f"{self.city(lang)} {p(['University', 'Hospital', 'Clinic', 'Council', 'Police', 'Airlines', 'United', 'FC', 'Times', 'School', 'Orchestra', 'Institute'])}"
        if r < 0.48: return f"{self.surname(self.language(lang))} {p(['&', 'and'])} {self.surname(self.language(lang))}{p(['', ' LLP', ' Ltd', ' Sons'])}"
        if r < 0.52: return f"{self.surname(self.language(lang))}, {self.surname(self.language(lang))} and {self.surname(self.language(lang))}"
        if r < 0.57: return f"{self.surname(self.language(lang))}-{self.surname(self.language(lang))}"
        if r < 0.64: return f"{self.surname(self.language(lang))} {end}"
        if r < 0.68: return f"{self.surname(self.language(lang))}{p([chr(39) + 's', '', ' Bros', ' Brothers', ' Motors', ' Consulting', ' Studios', ' Media'])}"
        if r < 0.74: return "".join(p("ABCDEFGHIKLMNOPRSTUW") for _ in range(p([2, 3, 3, 3, 4, 4, 5]))) + p(["", "", "", " " + end])
        if r < 0.80: return stem + p([" ", ""]) + p(w["STEM"]).capitalize()
        if r < 0.86: return f"{stem} {p(['Data', 'Health', 'Energy', 'Foods', 'Logistics', 'Capital', 'Insurance', 'Research', 'Analytics', 'Motors', 'Pharma', 'Airways', 'Records', 'Coffee', 'Games', 'Security', 'Robotics', 'Networks', 'Software', 'Consulting'])}{p(['', '', ' ' + end])}"
        return stem + p(["", "tech", "soft", "ware", "net", "media", "bank", "labs", "corp", "share", "hub", "wave"])

    def made_up(self):
        a, b = self.pick(self.l.words["HEAD"]), self.pick(self.l.words["HEAD"])
        return self.pick([a, a + "_" + b, a + b.capitalize(), a.capitalize() + b.capitalize(), a + "-" + b, a + self.number(9), a.upper(), "@" + a + "/" + b, a[:3] + b[:4]])

    def heading(self):
        v = [self.pick(self.l.words["HEAD"]) for _ in range(self.r.randrange(1, 6))]
        return " ".join(w.capitalize() if self.r.random() < 0.85 else w for w in v)

    def mail(self, lang):
        plain = lambda s: re.sub(r"[^a-z]", "", s.lower()) or "info"
        return f"{plain(self.given('en'))}{self.pick(['', '.', '_'])}{plain(self.surname('en'))}@{self.pick(['example', 'mail', 'acme', 'corp'])}.{self.pick(['com', 'org', 'net', 'de'])}"

    def slot(self, name, lang):
        """What fills a slot, and its family."""
        p, n = self.pick, self.number
        own = self.language(lang)
        if name == "f": return self.full(own), "PERSON"
        if name == "g": return self.given(own), "PERSON"
        if name == "s": return self.surname(own), "PERSON"
        if name == "p": return self.person(own), "PERSON"
        if name == "h": return p(self.l.words["TITLE"]), None
        if name in "ab": return self.address(lang, name == "b"), "ADDRESS"
        if name == "x": return self.street(lang), "ADDRESS"
        if name == "t": return self.city(lang), "LOCATION"
        if name == "c": return self.land(lang), "LOCATION"
        if name == "l": return (self.city(lang) if self.r.random() < 0.5 else self.land(lang)), "LOCATION"
        if name == "o": return self.org(lang), "ORG"
        if name == "e": return self.mail(lang), None
        if name == "w": return p([f"+{n(99)} {n(999)} {n(9999)}{n(999)}", f"({n(999)}) 555-01{n(90)}", f"0{n(99)}-{n(99999)}", "555-0123 ext. " + n(999)]), None
        if name == "d": return p([f"{n(12)}/{n(28)}/19{10 + int(n(89))}", f"20{10 + int(n(14))}-0{n(9)}-1{n(9)}", f"{n(28)} {p(['May', 'June', 'March', 'April', 'October', 'August'])} 2019", f"{p(['May', 'June', 'Dec.'])} {n(28)}", f"{n(28)}.{n(12)}.19{10 + int(n(89))}", "Monday", "Friday"]), None
        if name == "m": return p(["$" + n(9999), n(999) + " EUR", "€" + n(99999), n(99) + " dollars", "£" + n(999) + ".50"]), None
        if name == "j": return p(self.l.words["JOB"]), None
        if name == "k": return self.made_up(), None
        if name == "T": return self.heading(), None
        if name == "u": return self.invented("s" + own, self.l.sur[own]) if own in self.latin else self.heading(), None
        return n(2100), None

    def fill(self, sentence):
        lang, text = sentence.split(":", 1)
        while re.search(r"\[[^\[\]]*\|[^\[\]]*\]", text):
            text = re.sub(r"\[([^\[\]]*\|[^\[\]]*)\]", lambda m: self.pick(m.group(1).split("|")), text)
        out, spans, at, names = "", [], 0, {}
        for m in re.finditer(r"\{([a-zT])\}", text):
            out += text[at:m.start()].replace("\\n", "\n").replace("\\t", "\t")
            value, family = self.slot(m.group(1), lang)
            if m.group(1) in "gs" and value and self.r.random() < 0.15 and names:
                value = self.pick(sorted(names))
            if m.group(1) in "gs": names[value] = 1
            if family:
                spans.append([len(out), len(out) + len(value), family])
            out += value
            at = m.end()
        out += text[at:].replace("\\n", "\n").replace("\\t", "\t")
        r = self.r.random()
        if r < 0.10 and len(out.lower()) == len(out): out = out.lower()
        elif r < 0.125 and len(out.upper()) == len(out): out = out.upper()
        elif r < 0.145:
            for s in spans:
                word = out[s[0]:s[1]].upper()
                if s[2] == "PERSON" and len(word) == s[1] - s[0]: out = out[:s[0]] + word + out[s[1]:]
        return out, spans


KEYS = {"PERSON": ["first_name", "lastName", "full_name", "customer", "author", "name", "name"], "ADDRESS": ["address", "street"],
        "LOCATION": ["city", "country", "location"], "ORG": ["company", "organization", "name"], None: ["name", "author", "location", "address"]}


def keyed(maker, copies):
    """Values alone, as they stand in JSON: what they are is known by their key, if by anything."""
    out = []
    for family in KEYS:
        for _ in range(copies * 3):
            key, lang = maker.pick(KEYS[family]), maker.pick(["en", "en", "de", "fr", "es", "it", "nl", "pl", "se"])
            slot = {"PERSON": "f" if "name" in key or key == "author" else "p", "ADDRESS": "a" if key == "address" else "x",
                    "LOCATION": "l", "ORG": "o"}.get(family)
            if key == "first_name": slot = "g"
            if key == "lastName": slot = "s"
            value = maker.slot(slot, lang)[0] if slot else maker.pick([maker.made_up(), maker.heading(), maker.number(9000), ""])
            e = example(value, [[0, len(value), family]] if family else [], "ours:key", "sentence")
            e["key"] = key
            out.append(e)
    return out


def sentences(lists, copies, seed=7):
    """Our own texts: [{"text", "spans", "source"}]"""
    with open(os.path.join(HERE, "sentences.txt"), encoding="utf-8") as f:
        lines = [l.rstrip("\n") for l in f if l.strip() and not l.startswith("#")]
    out, maker = [], Maker(lists, seed)
    for i, line in enumerate(lines):
        share = copies if line.startswith("en:") else copies * 2 // 3
        texts = [maker.fill(line) for _ in range(max(share, 1))]
        for text, spans in texts:
            out.append(example(text, spans, f"ours:{i}", "sentence"))
    out += keyed(maker, copies)
    maker.r.shuffle(out)
    joined = []  # some of them one behind the other, as texts are
    while out:
        n = maker.pick([1, 1, 1, 1, 2, 2, 3])
        some, out = out[:n], out[n:]
        if any("key" in e for e in some):
            joined += some
            continue
        mark = maker.pick([" ", " ", "\n", "\n\n"])
        text, spans = b"", []
        for e in some:
            text += mark.encode() if text else b""
            spans += [dict(s, start=s["start"] + len(text), end=s["end"] + len(text)) for s in e["spans"]]
            text += e["text"].encode()
        joined.append({"text": text.decode(), "spans": spans, "source": some[0]["source"], "kind": "sentence"})
    return joined


def example(text, spans, source, kind):
    at = lambda i: len(text[:i].encode())
    return {"text": text, "source": source, "kind": kind, "spans": [{"start": at(a), "end": at(b), "family": f} for a, b, f in spans]}


# --- texts of others ---------------------------------------------------------------------------------

def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def frames(lists, examples, extra=()):
    """What names_train reads."""
    bits, out = lists.bits(), []
    for word, b in extra:
        bits[word] |= b
    for word in sorted(bits):
        out.append(f"L {bits[word]} {word}\n".encode())
    for e in examples:
        text = e["text"].encode()
        spans = [(s["start"], s["end"], TAGS[s["family"]]) for s in e["spans"] if s.get("family") in TAGS]
        weight, is_open = e.get("weight", 1.0), e.get("open", 0)
        out.append(f"E {weight} {is_open} {e.get('key') or '-'} {len(text)} {len(spans)}\n".encode() + text)
        out += [f" S {a} {b} {t}\n".encode() for a, b, t in spans]
    return b"".join(out)


def common(examples):
    """Words that running text writes small: seen so five times at least."""
    seen = collections.Counter()
    for e in examples:
        if e["kind"] in ("prose", "prompt", "sentence") and not e["source"].startswith("ours"):
            seen.update(re.findall(r"(?<![\w'-])[a-zà-öø-ÿа-яё]{2,}(?![\w'-])", e["text"]))
    return [(w, BITS["COMMON"]) for w in sorted(seen) if seen[w] >= 5]


def prepare(records, lists):
    """Records as examples: what is not marked in them is left open."""
    known = set(w.lower() for table in (lists.given, lists.cities) for v in table.values() for w in v) | set(w.lower() for w in lists.lands)
    out = []
    for r in records:
        e = {"text": r["text"], "source": r.get("source", "?"), "kind": r.get("kind", "sentence"), "spans": list(r.get("spans", []))}
        if e["kind"] in ("prose", "prompt"):
            e["weight"] = 0.7
            for m in re.finditer(r"\b[A-Z][a-zà-ÿ]+(?: [A-Z][a-zà-ÿ]+)*", r["text"]):
                if m.group().lower() in known or any(w.lower() in known for w in m.group().split()):
                    at = len(r["text"][:m.start()].encode())
                    e["spans"].append({"start": at, "end": at + len(m.group().encode()), "family": "ANY"})
        out.append(e)
    return out


def group_of(e):
    """Texts of one group are in one fold."""
    return e["source"] if e["source"].startswith(("ours", "code:", "config")) else e["source"] + hashlib.sha256(e["text"].encode()).hexdigest()[:2]


def run_tool(tool, args, data):
    return subprocess.run([tool] + args, input=data, stdout=subprocess.PIPE, check=True).stdout


def found(tool, model, lists, examples):
    """What a model finds: for each example [(start, end, family, score)]"""
    out, one = [], []
    for line in run_tool(tool, ["find", model], frames(lists, examples)).decode().splitlines():
        if line == ".":
            out.append(one)
            one = []
        else:
            a, b, k, s = map(int, line.split())
            one.append((a, b, KINDS[k] if k < 4 else "OTHER", s))
    return out


def score(examples, answers, threshold=500):
    """family -> [gold, found, false]; found: half of its bytes, false: touches no span of any family"""
    tally = collections.defaultdict(lambda: [0, 0, 0])
    for e, answer in zip(examples, answers):
        answer = [a for a in answer if a[3] >= threshold]
        for s in e["spans"]:
            f = s.get("family")
            if f in KINDS:
                cover = max([min(b, s["end"]) - max(a, s["start"]) for a, b, k, _ in answer if k == f] or [0])
                tally[f][0] += 1
                tally[f][1] += cover * 2 >= s["end"] - s["start"]
        for a, b, k, _ in answer:
            if not any(a < s["end"] and s["start"] < b for s in e["spans"]):
                tally[k][2] += 1
    return tally


def show(name, tally):
    for k in sorted(tally):
        gold, hit, false = tally[k]
        p, r = hit / (hit + false) if hit + false else 0, hit / gold if gold else 0
        print(f"{name:24}{k:10}{gold:6} recall {r:.3f} precision {p:.3f} F1 {2 * p * r / (p + r) if p + r else 0:.3f} false {false}")


def make(a, lists, examples, out):
    run_tool(a.tool, ["make", out, str(a.epochs), str(a.bits), str(a.bias)], frames(lists, examples, common(examples)))


def check(a, lists, records, ours):
    """Each group of texts is read by a model that has not seen it; so are the sources that are left out."""
    groups = sorted({group_of(e) for e in records})
    fold = {g: i % a.folds for i, g in enumerate(sorted(groups, key=lambda g: hashlib.sha256(g.encode()).hexdigest()))}
    total = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0, 0]))
    for k in range(a.folds):
        if a.only is not None and k != a.only:
            continue
        with tempfile.TemporaryDirectory() as d:
            model = os.path.join(d, "m")
            rest = [e for e in records if fold[group_of(e)] != k and e["source"] not in a.leave_out]
            test = [e for e in records if fold[group_of(e)] == k or (k == (a.only or 0) and e["source"] in a.leave_out)]
            make(a, lists, ours + rest, model)
            for e, answer in zip(test, found(a.tool, model, lists, test)):
                for f, v in score([e], [answer], a.threshold).items():
                    for i in range(3):
                        total[e["source"] if e["kind"] == "sentence" else e["kind"]][f][i] += v[i]
    for source in sorted(total):
        show(source, total[source])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["make", "check", "texts", "score"])
    ap.add_argument("--tool", default="build/release/names_train")
    ap.add_argument("--data", action="append", default=[])
    ap.add_argument("--leave-out", action="append", default=[], help="a source that is not trained on")
    ap.add_argument("--out", default="redact/names.model")
    ap.add_argument("--copies", type=int, default=60)
    ap.add_argument("--epochs", type=int, default=12)
    ap.add_argument("--bits", type=int, default=18)
    ap.add_argument("--bias", type=float, default=1.0, help="how much more a name is believed in than the texts say")
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("--only", type=int)
    ap.add_argument("--threshold", type=int, default=500)
    a = ap.parse_args()
    lists = Lists()
    ours = sentences(lists, a.copies)
    if a.what == "texts":
        for e in ours:
            print(json.dumps(e, ensure_ascii=False))
        return
    records = prepare([r for path in a.data for r in read(path) if not r.get("bare") and (a.what != "make" or r.get("source") not in a.leave_out)], lists)
    if a.what == "make":
        make(a, lists, ours + records, a.out)
    elif a.what == "check":
        check(a, lists, records, ours)
    else:
        for source in sorted({e["source"] for e in records}):
            some = [e for e in records if e["source"] == source]
            show(source, score(some, found(a.tool, a.out, lists, some), a.threshold))


if __name__ == "__main__":
    main()
