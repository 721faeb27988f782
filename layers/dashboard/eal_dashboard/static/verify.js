// Verify the proof of an audit record (its hash, its place in the signed tree, and the signature of the tree's root),
// the proof that the log of a checkpoint begins with the log of an earlier one, and the files of a signed claim, whose
// hashes are in a manifest, whose hash is in such a record. The same checks as tools/verify_audit.py, with the browser's
// own cryptography.

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

// RFC 9162, section 2.1.4.2: the roots of the earlier and the later tree. Null if the path has the wrong length.
export async function rootsOfConsistency(oldSize, newSize, oldRoot, path) {
  if (!(oldSize > 0 && oldSize <= newSize)) return null;
  if (oldSize === newSize) return path.length ? null : [oldRoot, oldRoot];
  let node = BigInt(oldSize) - 1n;
  let last = BigInt(newSize) - 1n;
  const isWhole = (BigInt(oldSize) & node) === 0n; // the earlier tree is one complete subtree of the later one
  const [start, ...steps] = [...(isWhole ? [oldRoot] : []), ...path].map(fromHex);
  if (start === undefined) return null;
  while (node & 1n) {
    node >>= 1n;
    last >>= 1n;
  }
  let earlier = start;
  let later = start;
  for (const step of steps) {
    if (last === 0n) return null;
    if (node & 1n || node === last) {
      earlier = await sha256(joined([1], step, earlier));
      later = await sha256(joined([1], step, later));
      while (!(node & 1n) && node) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      later = await sha256(joined([1], later, step));
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? [toHex(earlier), toHex(later)] : null;
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

async function hasKey(checkpoint) {
  return toHex(await sha256(keyBytes(checkpoint.public_key))) === checkpoint.key_id;
}

async function areTrue(checkpoints, isTrue) {
  const found = await Promise.all(checkpoints.map((one) => isTrue(one).catch(() => false)));
  return found.every(Boolean);
}

// Of a record's proof.
export async function checkInclusion(proof) {
  const { record, checkpoint } = proof;
  const hash = await recordHash(record);
  const root = await rootOfPath(hash, proof.leaf_index, proof.tree_size, proof.path);
  return {
    hash: hash === record.hash,
    path: root === checkpoint.root && proof.tree_size === checkpoint.size,
    key: await areTrue([checkpoint], hasKey),
    signature: await areTrue([checkpoint], isSigned),
  };
}

// Of two checkpoints.
export async function checkConsistency(proof) {
  const { from, to } = proof;
  const roots = await rootsOfConsistency(from.size, to.size, from.root, proof.path);
  return {
    log: from.organization_id === to.organization_id && from.mode === to.mode,
    path: roots !== null && roots[0] === from.root && roots[1] === to.root,
    key: await areTrue([from, to], hasKey),
    signature: await areTrue([from, to], isSigned),
  };
}

// What a sign-off says about itself, and what the audit log recorded about it. `proof` is null without a checkpoint.
export async function checkBundle(signed, proof) {
  const { manifest, manifest_sha256: stated } = signed.bundle;
  const hash = toHex(await sha256(encoder.encode(canonical(manifest))));
  const content = manifest.files.find((file) => file.name === "bundle.json");
  const own = { manifest: hash === stated, content: content?.sha256 === signed.content_sha256 };
  if (!proof) return own;
  const { action, resource, changes } = proof.record;
  const recorded = changes.find((change) => change.field === "manifest_sha256")?.to;
  const isRecord = action === "claim_sign_off.bundled" && resource.id === signed.id && recorded === hash;
  return { ...own, record: isRecord, ...(await checkInclusion(proof)) };
}

// The first key that this browser saw for the organization. A server that later invents another key is noticed.
function isKnown(checkpoint) {
  const name = `audit-key:${checkpoint.organization_id}`;
  const known = localStorage.getItem(name);
  if (known === null) localStorage.setItem(name, checkpoint.key_id);
  return known === null || known === checkpoint.key_id;
}

function show(section, found, isUnsigned = false) {
  const marks = [...section.querySelectorAll("[data-check]")];
  for (const mark of marks) mark.dataset.state = found[mark.dataset.check] ? "yes" : "no";
  const areAll = marks.every((mark) => mark.dataset.state === "yes");
  const result = section.querySelector("[data-result]");
  result.dataset.state = areAll && !isUnsigned ? "yes" : "no";
  if (!areAll) result.textContent = "Not proved: see the marked check.";
  else result.textContent = isUnsigned ? "Consistent, but not signed yet." : section.dataset.proved;
}

const section = globalThis.document?.getElementById("verify");
const button = section?.querySelector("[data-verify]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const proof = JSON.parse(section.dataset.proof);
    const check = proof.record ? checkInclusion : checkConsistency;
    const checkpoints = proof.record ? [proof.checkpoint] : [proof.from, proof.to];
    const found = await check(proof).catch(() => ({})); // a proof that cannot be read proves nothing
    show(section, { ...found, known: checkpoints.every(isKnown) });
  });
}

const bundle = globalThis.document?.getElementById("verify-bundle");
if (bundle) {
  const verify = bundle.querySelector("[data-verify]");
  verify.hidden = false;
  verify.addEventListener("click", async () => {
    const signed = JSON.parse(bundle.dataset.signed);
    const proof = bundle.dataset.proof ? JSON.parse(bundle.dataset.proof) : null;
    const found = await checkBundle(signed, proof).catch(() => ({}));
    show(bundle, { ...found, known: proof !== null && isKnown(proof.checkpoint) }, proof === null);
  });

  // A file belongs to the manifest if its hash is there, whatever its name.
  const chosen = bundle.querySelector("[data-files]");
  chosen.hidden = false;
  chosen.querySelector("input").addEventListener("change", async (event) => {
    const lines = [...bundle.querySelectorAll("[data-sha256]")];
    const others = bundle.querySelector("[data-others]");
    for (const line of lines) {
      delete line.dataset.state;
      line.querySelector("[data-found]").textContent = "";
    }
    others.replaceChildren();
    for (const file of event.target.files) {
      const hash = toHex(await sha256(await file.arrayBuffer()));
      const line = lines.find((one) => one.dataset.sha256 === hash);
      if (line) {
        line.dataset.state = "yes";
        line.querySelector("[data-found]").textContent = "unchanged";
      } else {
        const other = document.createElement("li");
        other.dataset.state = "no";
        other.textContent = `${file.name}: not a file of this sign-off, or changed`;
        others.append(other);
      }
    }
    const matching = lines.filter((one) => one.dataset.state === "yes").length;
    const result = bundle.querySelector("[data-files-result]");
    result.dataset.state = others.children.length ? "no" : "yes";
    result.textContent = others.children.length
      ? `${others.children.length} of ${event.target.files.length} files do not match.`
      : `${matching} of ${lines.length} files are unchanged.`;
  });
}
