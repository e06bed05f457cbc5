// Checks a proof of the evidence log in the browser: nothing but the proof, the note and the public key is used.
// Source: RFC 9162, sections 2.1.1 and 2.1.3.2 (Merkle trees); C2SP signed-note; RFC 8032 (Ed25519).
export const prove = async (proof, publicKey, leaf = null) => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const raw = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const same = (one, other) => one.length === other.length && one.every((value, place) => value === other[place]);
  const node = async (left, right) => {
    const joined = new Uint8Array(65);
    joined[0] = 1;
    joined.set(left, 1);
    joined.set(right, 33);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
  };
  if (!globalThis.crypto?.subtle) return { able: false };
  let place = BigInt(proof.position);
  let last = BigInt(proof.size) - 1n;
  let root = bytes(proof.leaf_hash);
  let fits = place <= last;
  for (const step of proof.path.map(bytes)) {
    if (last === 0n) { fits = false; break; }
    if (place % 2n === 1n || place === last) {
      root = await node(step, root);
      while (place % 2n === 0n && place !== 0n) { place /= 2n; last /= 2n; }
    } else {
      root = await node(root, step);
    }
    place /= 2n;
    last /= 2n;
  }
  const included = fits && last === 0n && same(root, bytes(proof.root));
  const end = proof.checkpoint.indexOf("\n\n");
  const text = proof.checkpoint.slice(0, end + 1);
  const [origin, size, head] = text.split("\n");
  const noted = size === String(proof.size) && same(raw(head), bytes(proof.root));
  let signed = null;
  try {
    const pem = publicKey.replace(/-----[A-Z ]+-----|\s/g, "");
    const key = await crypto.subtle.importKey("spki", raw(pem), { name: "Ed25519" }, false, ["verify"]);
    const line = proof.checkpoint.slice(end + 2).split("\n").find((each) => each.startsWith("— " + origin + " "));
    const signature = raw(line.split(" ").at(-1)).slice(4);
    signed = await crypto.subtle.verify({ name: "Ed25519" }, key, signature, new TextEncoder().encode(text));
  } catch {
    signed = null; // a browser without Ed25519 cannot say
  }
  let said = null; // who was not shown what the entry says cannot compare it
  if (leaf !== null) {
    const text = new TextEncoder().encode(leaf);
    const marked = new Uint8Array(text.length + 1);
    marked.set(text, 1);
    said = same(new Uint8Array(await crypto.subtle.digest("SHA-256", marked)), bytes(proof.leaf_hash));
  }
  return { able: true, said, included, noted, signed };
};
