// Checks an entry's place, the log's growth and its witnesses in the reader's own browser. The
// arithmetic is the offline verifier's (src/sunlit/bundle/web), served beside this module.
import { base64, Failed, unhex, utf8 } from "./bundle/base.js";
import { expectConsistency, hashes, leafHash } from "./bundle/merkle.js";
import {
  cosignedAt, expectPlaced, logKey, openCheckpoint, readNote, readProof, witnessKey,
} from "./bundle/note.js";

const part = (id) => document.getElementById(id);
const words = (id) => part(id).textContent;
const section = part("verify");

/** Why a check was not made: the id of one of the page's own sentences, or the words. */
class Undone extends Error {}

async function fetched(url) {
  let answer;
  try {
    answer = await fetch(url, { cache: "no-cache", credentials: "omit" });
  } catch {
    throw new Undone("why-fetch");
  }
  if (!answer.ok) throw new Undone("why-fetch");
  return new Uint8Array(await answer.arrayBuffer());
}

const key = () => logKey(part("vkey").value.trim());

/** 1. The entry stands at its place, under a checkpoint that the log's key signed. */
async function inclusion(found) {
  const { entry, receipt } = section.dataset;
  if (entry === "") throw new Undone("why-growth-only");
  const [leaf, proof] = [await fetched(entry), await fetched(receipt)];
  found.checkpoint = readProof(proof).checkpoint;
  const pinned = await key();
  await expectPlaced(await leafHash(leaf), proof, (note) => openCheckpoint(note, pinned));
}

/** 2. The log at the earlier size begins the log at the signed checkpoint. */
async function consistency(found) {
  const { growth } = section.dataset;
  if (growth === "") throw new Undone("why-entry-only");
  const told = JSON.parse(new TextDecoder().decode(await fetched(growth)));
  found.checkpoint = base64(told.checkpoint, "The checkpoint");
  const newer = await openCheckpoint(found.checkpoint, await key());
  if (newer.size !== told.new.size) throw new Undone("why-grown");
  const older = { size: told.old.size, root: unhex(told.old.root, 64, "The earlier root") };
  const path = told.path.map((row) => unhex(row, 64, "A hash in the proof"));
  await expectConsistency(older, newer, hashes(path));
}

/** 3. Witnesses whose keys stand on the page signed the checkpoint too. */
async function view(found) {
  const lines = part("wkeys")?.value.split("\n").map((one) => one.trim()).filter(Boolean) ?? [];
  if (lines.length === 0) throw new Undone("why-no-witness");
  if (found.checkpoint === undefined) throw new Undone("why-fetch");
  const note = readNote(found.checkpoint);
  let signed = 0;
  for (const line of lines) {
    const at = await cosignedAt(note, await witnessKey(line));
    if (typeof at === "number") signed += 1;
  }
  const told = `${signed} / ${lines.length}.`;
  if (signed === 0) throw new Undone(told); // nobody says otherwise: nobody has looked yet
  return told;
}

async function content() {
  throw new Undone("why-content");
}

async function outcome(check, found) {
  try {
    return ["passed", (await check(found)) ?? ""];
  } catch (error) {
    if (error instanceof Undone) return ["undone", part(error.message)?.textContent ?? error.message];
    return ["failed", error instanceof Failed ? error.message : String(error.name)];
  }
}

function show(name, [word, why]) {
  const row = section.querySelector(`[data-check="${name}"]`);
  row.querySelector("[data-word]").textContent = `${section.dataset[word]}.`;
  row.querySelector("[data-why]").textContent = why;
  row.dataset.result = word;
}

async function run() {
  const found = {};
  const results = [];
  for (const check of [inclusion, consistency, view, content]) {
    const result = await outcome(check, found);
    results.push(result[0]);
    show(check.name, result);
  }
  part("verify-list").hidden = false;
  const bad = results.includes("failed");
  const good = results.includes("passed");
  part("verify-said").textContent = words(bad ? "said-bad" : good ? "said-good" : "said-undone");
}

/** Tell whether this browser can verify Ed25519 here: only on https, or on this machine. */
async function able() {
  if (!globalThis.isSecureContext || globalThis.crypto?.subtle === undefined) return false;
  try {
    await crypto.subtle.importKey("raw", utf8("\u0001".repeat(32)), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

if (section !== null) {
  if (await able()) {
    part("verify-cannot").hidden = true;
    part("verify-go").hidden = false;
    part("verify-go").addEventListener("click", run);
  } else {
    part("verify-cannot").textContent = words("why-insecure");
  }
}
