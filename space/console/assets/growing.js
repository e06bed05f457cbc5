// Checks in the browser that a log only grew: from a root somebody noted to the root of now, by the proof alone.
// Source: RFC 9162, section 2.1.4.2 (consistency between two Merkle trees).
export const grown = async (proof, notedRoot, newRoot) => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const same = (one, other) =>
    one.length === 32 && one.length === other.length && one.every((value, place) => value === other[place]);
  const node = async (left, right) => {
    const joined = new Uint8Array(65);
    joined[0] = 1;
    joined.set(left, 1);
    joined.set(right, 33);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
  };
  if (!globalThis.crypto?.subtle) return { able: false };
  const [noted, now] = [bytes(notedRoot), bytes(newRoot)];
  const from = BigInt(proof.old.size);
  const to = BigInt(proof.new.size);
  const answer = { able: true, same: same(noted, bytes(proof.old.root)), grown: false };
  if (!answer.same) return answer;
  if (from === to) return { ...answer, grown: proof.path.length === 0 && same(noted, now) };
  const path = proof.path.map(bytes);
  // A log of a power of two is a whole subtree of the later one: its root begins the path.
  if ((from & (from - 1n)) === 0n) path.unshift(noted);
  let place = from - 1n;
  let last = to - 1n;
  while (place % 2n === 1n) { place /= 2n; last /= 2n; }
  let [older, newer] = [path[0], path[0]];
  if (older === undefined) return answer;
  for (const step of path.slice(1)) {
    if (last === 0n) return answer;
    if (place % 2n === 1n || place === last) {
      older = await node(step, older);
      newer = await node(step, newer);
      while (place % 2n === 0n && place !== 0n) { place /= 2n; last /= 2n; }
    } else {
      newer = await node(newer, step);
    }
    place /= 2n;
    last /= 2n;
  }
  return { ...answer, grown: last === 0n && same(older, noted) && same(newer, now) };
};
