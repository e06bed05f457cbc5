// What somebody has written and not sent yet, kept in their own browser; leaving.js clears it when they sign out.
const at = (name) => `ybz-kept-${name}`;

export const keep = (name, value) => {
  try { localStorage.setItem(at(name), JSON.stringify(value)); } catch { /* a browser that keeps nothing */ }
};

export const kept = (name) => {
  try { return JSON.parse(localStorage.getItem(at(name)) ?? "null"); } catch { return null; }
};

export const drop = (name) => {
  try { localStorage.removeItem(at(name)); } catch { /* nothing was kept */ }
};
