// Verify the proof of an audit record: its hash, its place in the signed tree, and the signature of the tree's root.
// The same checks as tools/verify_audit.py, with the browser's own cryptography.

const encoder = new TextEncoder();

// RFC 8785: ECMAScript's own serialisation, with the members of objects in the order of their UTF-16 code units.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const toHex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const fromBase64 = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));

// A record's hash excludes the hash itself, and the actor's address if it is null.
export async function recordHash(record) {
  const { hash: _, ...rest } = record;
  const { ip, ...actor } = rest.actor;
  const hashed = { ...rest, actor: ip === null || ip === undefined ? actor : rest.actor };
  return toHex(await sha256(encoder.encode(canonical(hashed))));
}

// RFC 9162, section 2.1.3.2. Null if the path has the wrong length.
export async function rootOfPath(recordHashHex, index, size, path) {
  if (!(index >= 0 && index < size)) return null;
  let node = BigInt(index);
  let last = BigInt(size) - 1n;
  let folded = await sha256(joined([0], fromHex(recordHashHex)));
  for (const step of path) {
    if (last === 0n) return null;
    const sibling = fromHex(step);
    if (node & 1n || node === last) {
      folded = await sha256(joined([1], sibling, folded));
      while (!(node & 1n) && node) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      folded = await sha256(joined([1], folded, sibling));
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? toHex(folded) : null;
}

const keyBytes = (pem) => fromBase64(pem.replace(/-----[^-]+-----|\s/g, ""));

// KMS signs in DER (a sequence of two integers); WebCrypto wants both with 32 bytes each.
export function fromDer(der) {
  const integer = (at) => {
    const length = der[at + 1];
    const bytes = der.slice(at + 2, at + 2 + length).slice(-32);
    const padded = new Uint8Array(32);
    padded.set(bytes, 32 - bytes.length);
    return [padded, at + 2 + length];
  };
  const [r, next] = integer(2);
  const [s] = integer(next);
  return joined(r, s);
}

export async function isSigned(checkpoint) {
  const { organization_id, mode, size, root, signed_at, key_id, previous } = checkpoint;
  const stated = canonical({ organization_id, mode, size, root, signed_at, key_id, previous });
  const kind = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("spki", keyBytes(checkpoint.public_key), kind, false, ["verify"]);
  const signature = fromDer(fromBase64(checkpoint.signature));
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, encoder.encode(stated));
}

export async function check(proof) {
  const { record, checkpoint } = proof;
  const hash = await recordHash(record);
  const root = await rootOfPath(hash, proof.leaf_index, proof.tree_size, proof.path);
  return {
    hash: hash === record.hash,
    path: root === checkpoint.root && proof.tree_size === checkpoint.size,
    key: toHex(await sha256(keyBytes(checkpoint.public_key))) === checkpoint.key_id,
    signature: await isSigned(checkpoint).catch(() => false),
  };
}

// The first key that this browser saw for the organization. A server that later invents another key is noticed.
function isKnown(checkpoint) {
  const name = `audit-key:${checkpoint.organization_id}`;
  const known = localStorage.getItem(name);
  if (known === null) localStorage.setItem(name, checkpoint.key_id);
  return known === null || known === checkpoint.key_id;
}

function show(section, found) {
  for (const [name, isTrue] of Object.entries(found)) {
    section.querySelector(`[data-check=${name}]`).dataset.state = isTrue ? "yes" : "no";
  }
  const result = section.querySelector("[data-result]");
  const isProved = Object.values(found).every(Boolean);
  result.dataset.state = isProved ? "yes" : "no";
  result.textContent = isProved ? "Proved: the record is unchanged." : "Not proved: see the marked check.";
}

const section = globalThis.document?.getElementById("verify");
const button = section?.querySelector("[data-verify]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const proof = JSON.parse(section.dataset.proof);
    const found = await check(proof).catch(() => ({ hash: false, path: false, key: false, signature: false }));
    show(section, { ...found, known: isKnown(proof.checkpoint) });
  });
}
