// C2SP tlog-policy, as a trust file states it: which logs, and which quorum of witnesses.
import { expect, NotDone, whole } from "./base.js";
import { list, string } from "./json.js";
import {
  cosignedAt, expectPlaced, logKey, readCheckpoint, readNote, signedBy, witnessKey,
} from "./note.js";

function define(names, name) {
  const plain = string(name, "A name in the trust file");
  expect(plain !== "none" && plain !== "" && !/\s/.test(plain) && !names.has(plain),
    "The trust file gives one name to two things, or an impossible name.");
  names.set(plain, true); // may still become a group's member
}

function readGroup(row, names) {
  const members = list(row.members, "A group's members");
  const threshold = whole(row.threshold, "A group's threshold", 1);
  expect(threshold <= members.length, "A group of witnesses can never agree.");
  for (const member of members) {
    expect(names.get(member) === true, "A witness counts twice, or is not defined.");
    names.set(member, false);
  }
  define(names, row.name);
  return { name: row.name, threshold, members };
}

/** Read the logs, witnesses, groups and quorum of a trust file's payload. */
export async function readPolicy(document) {
  const logs = [];
  for (const row of list(document.logs ?? [], "The trust file's logs")) {
    const key = await logKey(row.vkey);
    expect(key.name === row.origin, "A log's key is not named after its origin.");
    logs.push({ key, organisation: row.organisation ?? null });
  }
  const names = new Map();
  const witnesses = [];
  for (const row of list(document.witnesses ?? [], "The trust file's witnesses")) {
    define(names, row.name);
    witnesses.push({ name: row.name, key: await witnessKey(row.vkey) });
  }
  const rows = list(document.groups ?? [], "The trust file's groups");
  const groups = rows.map((row) => readGroup(row, names));
  const quorum = document.quorum ?? "none";
  expect(quorum === "none" || names.has(quorum), "The trust file's quorum is not defined.");
  return { logs, witnesses, groups, quorum };
}

async function expectQuorum(policy, note) {
  const holding = new Set();
  let cannot = false;
  for (const { name, key } of policy.witnesses) {
    const time = await cosignedAt(note, key);
    if (time === "cannot") cannot = true;
    else if (time !== null) holding.add(name);
  }
  const witnesses = [...holding];
  for (const { name, threshold, members } of policy.groups) {
    if (members.filter((member) => holding.has(member)).length >= threshold) holding.add(name);
  }
  const holds = policy.quorum === "none" || holding.has(policy.quorum);
  if (!holds && cannot) throw new NotDone("A witness signed in a way that no browser can check.");
  expect(holds, "Too few of the witnesses of your trust file confirmed the log.");
  return witnesses;
}

/** Verify a checkpoint: one of the policy's logs signed it, and a quorum cosigned it. */
export async function openWitnessed(bytes, policy) {
  const note = readNote(bytes);
  const signed = [];
  for (const log of policy.logs) if (await signedBy(note, log.key)) signed.push(log);
  expect(signed.length > 0, "No log of your trust file signed a checkpoint.");
  const checkpoint = await readCheckpoint(note);
  const log = signed.find((one) => one.key.name === checkpoint.origin);
  expect(log !== undefined, "A checkpoint is signed by a log of another origin.");
  const witnesses = await expectQuorum(policy, note);
  return { ...checkpoint, organisation: log.organisation, witnesses };
}

/** Check that a leaf stands in a log of the policy, under its quorum. */
export const expectLogged = (leaf, proof, policy) =>
  expectPlaced(leaf, proof, (note) => openWitnessed(note, policy));
