// node judge.mjs NAME DIR [PROOF...] - one npm package judges an audit log, with none of our code.
//
//   sigstore      each receipt: the note's signature under LOG's vkey, the entry's path to the signed root
//   rfc9162       receipts the same way; growth proofs from a root made of the entries to the signed one
//   canonicalize  every entry is the JCS form of what it says
//
// Exit 0: holds; 1: does not; 77: the package cannot be used here.
import fs from "node:fs";
import crypto from "node:crypto";
import path from "node:path";
import { createRequire } from "node:module";

const [name, dir, ...proofs] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), "package.json"));

function refuse(why) {
  console.log(`${name}: ${why}`);
  process.exit(1);
}

async function load(of) {
  try {
    return require(of);
  } catch (first) {
    try {
      return await import(path.join(process.cwd(), "node_modules", of, "lib", `${of}.js`));
    } catch {
      console.log(`${name}: ${first.message}`);
      process.exit(77);
    }
  }
}

function entryPath(tile, width) {
  const parts = [String(tile % 1000).padStart(3, "0")];
  for (let n = Math.floor(tile / 1000); n > 0; n = Math.floor(n / 1000))
    parts.unshift("x" + String(n % 1000).padStart(3, "0"));
  return path.join(dir, "tile/entries", parts.join("/") + (width < 256 ? `.p/${width}` : ""));
}

function allEntries(size) {
  const out = [];
  for (let at = 0; at < size; at += 256) {
    const width = Math.min(256, size - at);
    let rest = fs.readFileSync(entryPath(at / 256, width));
    for (let i = 0; i < width; i++) {
      if (rest.length < 2 || rest.length < 2 + rest.readUInt16BE()) refuse("a short bundle");
      const end = 2 + rest.readUInt16BE();
      out.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    if (rest.length > 0) refuse("bytes behind the last entry");
  }
  return out;
}

// What a proof says: its kind and number, its hashes, the checkpoint behind the blank line.
function read(file) {
  const text = fs.readFileSync(file, "utf8");
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, cut).split("\n");
  const head = lines.shift();
  const receipt = head === "c2sp.org/tlog-proof@v1";
  const at = Number((receipt ? lines.shift() : head).split(" ")[1]);
  const note = text.slice(cut + 2);
  const [origin, size, root] = note.split("\n");
  const hashes = lines.map((h) => Buffer.from(h, "base64"));
  return { receipt, at, hashes, note, origin, size: Number(size), root: Buffer.from(root, "base64") };
}

const vkey = /^vkey (.*)$/m.exec(fs.readFileSync(path.join(dir, "LOG"), "utf8"))[1];
const [, id, ...keyParts] = vkey.split("+");
const origin = vkey.split("+")[0];
const raw = Buffer.from(keyParts.join("+"), "base64").subarray(1);
const newest = fs.readFileSync(path.join(dir, "checkpoint"), "utf8");
const size = Number(newest.split("\n")[1]);

async function sigstore() {
  const { verifyCheckpoint } = await load("@sigstore/verify/dist/tlog/checkpoint.js");
  const { verifyMerkleInclusion } = await load("@sigstore/verify/dist/tlog/merkle.js");
  const key = crypto.createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]), format: "der", type: "spki" });
  const log = [{ logID: Buffer.from(id, "hex"), baseURL: origin, publicKey: key }];
  const entries = allEntries(size);
  for (const p of proofs.map(read).filter((p) => p.receipt)) {
    const entry = { canonicalizedBody: entries[p.at],
      inclusionProof: { checkpoint: { envelope: p.note }, logIndex: String(p.at), hashes: p.hashes } };
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, log));
  }
}

async function rfc9162() {
  const judge = (await load("@transmute/rfc9162")).default;
  const entries = allEntries(size);
  if (Buffer.compare(await judge.treeHead(entries), Buffer.from(newest.split("\n")[2], "base64")) !== 0)
    refuse("the entries do not give the root");
  for (const p of proofs.map(read)) {
    let good;
    if (p.receipt) {
      good = await judge.verifyInclusionProof(p.root, await judge.leaf(entries[p.at]),
        { log_id: "", tree_size: p.size, leaf_index: p.at, inclusion_path: p.hashes });
    } else { // this judge wants the old root in front where the RFC leaves it out
      const old = await judge.treeHead(entries.slice(0, p.at));
      const whole = (p.at & (p.at - 1)) === 0;
      good = await judge.verifyConsistencyProof(old, p.root,
        { log_id: "", tree_size_1: p.at, tree_size_2: p.size, consistency_path: whole ? [old, ...p.hashes] : p.hashes });
    }
    if (!good) refuse(`the ${p.receipt ? "receipt" : "growth"} of ${p.at} does not hold`);
  }
}

async function canonicalize() {
  const judge = (await load("canonicalize")).default;
  for (const [seq, entry] of allEntries(size).entries())
    if (judge(JSON.parse(entry.toString("utf8"))) !== entry.toString("utf8"))
      refuse(`record ${seq} is not in JCS form`);
}

try {
  await { sigstore, rfc9162, canonicalize }[name]();
} catch (e) {
  refuse(e.message);
}
console.log(`${name}: ok, ${size} entries, ${proofs.length} proofs`);
