// Whoever leaves takes along what the browser kept of theirs: the next at this machine finds nothing.
export const forget = () => {
  const ours = Object.keys(localStorage).filter((name) => name.startsWith("ybz-"));
  ours.forEach((name) => localStorage.removeItem(name));
  sessionStorage.clear();
  return ours.length;
};
