// RFC 6962 Merkle trees. Bits by Math.floor: the bit operators of this language stop at 2^31.
import { equal, expect } from "./base.js";
import { sha256 } from "./keys.js";

const half = (value) => Math.floor(value / 2);
const isOdd = (value) => value % 2 === 1;
const at = (value, bit) => isOdd(Math.floor(value / 2 ** bit));

export const leafHash = (data) => sha256(Uint8Array.of(0), data);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** Return how many levels up the paths of two places meet. */
function meeting(left, right) {
  let levels = 0;
  for (let [one, two] = [left, right]; one !== two; [one, two] = [half(one), half(two)]) {
    levels += 1;
  }
  return levels;
}

function ones(value) {
  let count = 0;
  for (let rest = value; rest > 0; rest = half(rest)) count += rest % 2;
  return count;
}

async function climb(start, index, meets, siblings, oldOnly) {
  let found = start;
  for (let up = 0; up < siblings.length; up += 1) {
    const left = up >= meets || at(index, up);
    if (left) found = await nodeHash(siblings[up], found);
    else if (!oldOnly) found = await nodeHash(found, siblings[up]);
  }
  return found;
}

function pathLength(index, last) {
  const meets = meeting(index, last);
  return { meets, length: meets + ones(Math.floor(index / 2 ** meets)) };
}

/** Check that the leaf with this hash stands at `index` of the tree. */
export async function expectInclusion(leaf, index, tree, proof) {
  expect(index < tree.size, "The place that is claimed lies outside the log.");
  const { meets, length } = pathLength(index, tree.size - 1);
  expect(proof.length === length, "The proof has a wrong number of hashes.");
  const found = await climb(leaf, index, meets, proof, false);
  expect(equal(found, tree.root), "The proof does not lead to the log's root.");
}

/** Check that the older tree begins the newer one. */
export async function expectConsistency(older, newer, proof) {
  expect(older.size <= newer.size, "The older checkpoint is larger than the newer one.");
  if (older.size === 0 || older.size === newer.size) {
    const root = older.size === 0 ? await sha256(new Uint8Array()) : newer.root;
    expect(proof.length === 0 && equal(root, older.root), "Two checkpoints contradict each other.");
    return;
  }
  let level = 0;
  while (!at(older.size, level)) level += 1;
  const index = Math.floor(older.size / 2 ** level) - 1;
  const path = index === 0 ? [older.root, ...proof] : proof;
  const { meets, length } = pathLength(index, Math.floor((newer.size - 1) / 2 ** level));
  expect(path.length === length + 1, "The proof has a wrong number of hashes.");
  const [start, ...siblings] = path;
  const old = await climb(start, index, meets, siblings, true);
  const fresh = await climb(start, index, meets, siblings, false);
  const holds = equal(old, older.root) && equal(fresh, newer.root);
  expect(holds, "The log did not only grow: something was removed or changed.");
}

export const hashes = (rows) => {
  expect(rows.every((row) => row.length === 32), "A hash in a proof has a wrong size.");
  return rows;
};
