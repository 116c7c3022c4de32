// openredaction.mjs - OpenRedaction behind the lines of `bulla scan --jsonl`; see rival.py.
// All of its patterns, as they are when nothing is said; offsets in bytes.
import { createRequire } from "node:module";
import readline from "node:readline";
import path from "node:path";

const here = path.dirname(new URL(import.meta.url).pathname);
const load = createRequire(path.join(here, "../../build/rivals/openredaction/package.json"));
const { OpenRedaction } = load("openredaction");
const FAMILIES = [
  [/^EMAIL/, "EMAIL"], [/^PHONE|MOBILE/, "PHONE"], [/^CREDIT_CARD/, "CREDIT_CARD"], [/IBAN/, "IBAN"], [/^IPV[46]$/, "IP_ADDRESS"],
  [/^MAC_ADDRESS/, "MAC_ADDRESS"], [/^IMEI/, "IMEI"], [/PASSPORT/, "PASSPORT"], [/^DRIVING_LICENSE|DRIVER_LICENSE/, "DRIVER_LICENSE"],
  [/LICENSE_PLATE/, "LICENSE_PLATE"], [/^POSTCODE|^ZIP_CODE/, "POSTCODE"], [/^ADDRESS_/, "ADDRESS"], [/^NAME|PERSON_NAME/, "PERSON"],
  [/^DATE/, "DATE"], [/^AGE/, "AGE"], [/^VAT/, "VAT"], [/(BITCOIN|ETHEREUM|LITECOIN|MONERO|RIPPLE|CARDANO|SOLANA)_ADDRESS/, "CRYPTO_WALLET"],
  [/API_KEY|TOKEN|SECRET|PRIVATE_KEY|ACCESS_KEY|STORAGE_KEY|URL_WITH_AUTH|DATABASE_CONNECTION|WEBHOOK|DOCKER_AUTH|SERVICE_ACCOUNT/, "SECRET"],
  [/^NHS|^CHI_|^DEA_|^NPI_|^EHIC|AUSTRALIAN_MEDICARE/, "HEALTH_ID"], [/BANK_ACCOUNT|ROUTING_NUMBER_US|SORT_CODE|SWIFT|CLABE|BSB/, "BANK_ACCOUNT"],
  [/TAX_ID|^ITIN|_EIN$|^UTR|_TFN$|_NPWP$|_RFC$|_CUIT$|_RUC$|_IRD$/, "TAX_ID"], [/^COMPANY_NUMBER|_CNPJ$/, "COMPANY_ID"],
  [/^SSN|^SIN_|_SIN$|INSURANCE_UK|AADHAAR|MY_NUMBER|_RRN$|NATIONAL_ID|EMIRATES_ID|ISRAEL_ID|TURKEY_ID|AFRICA_ID|_NIN$|_RUT$|_CNP$/, "NATIONAL_ID"],
  [/FRENCH_SOCIAL|_DNI$|FISCAL_CODE|_BSN$|_PESEL$|_NRIC$|_CPF$|_CURP$|CIVIL_ID|MYKAD|CEDULA|PERSONAL_(ID|NUMBER)|JMBG/, "NATIONAL_ID"],
];

function familyOf(type) {
  const hit = FAMILIES.find(([shape]) => shape.test(type));
  return hit ? hit[1] : "OTHER";
}

const redactor = new OpenRedaction({ redactionMode: "placeholder" });
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { id, text } = JSON.parse(line);
  const said = await redactor.detect(text);
  const findings = said.detections.map(({ type, position: [from, to], confidence }) => {
    const start = Buffer.byteLength(text.slice(0, from));
    return { entity: type, family: familyOf(type), start, end: start + Buffer.byteLength(text.slice(from, to)), score: confidence ?? 1 };
  });
  process.stdout.write(JSON.stringify({ id, findings }) + "\n");
}
