// The operator's room: names a grant opens while SQL is typed, and questions kept in the reader's own browser.
import * as CM from "nicegui-codemirror";

const MOST = 200;

// Offer names while somebody types; those of the grant come before the words of the language.
export function complete(editor, words) {
  const offered = (context) => {
    const word = context.matchBefore(/[\w.]+/);
    if (!word && !context.explicit) return null;
    return { from: word ? word.from : context.pos, options: words, validFor: /^[\w.]*$/ };
  };
  const extension = CM.EditorState.languageData.of(() => [{ autocomplete: offered }]);
  editor.dispatch({ effects: CM.StateEffect.appendConfig.of(extension) });
}

// Write a text where the cursor is.
export function insert(editor, text) {
  const { from, to } = editor.state.selection.main;
  editor.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length } });
  editor.focus();
}

// Name the editor for those who hear the page, and let Escape followed by Tab leave it.
export function name(editor, label) {
  editor.contentDOM.setAttribute("aria-label", label);
}

const place = (owner) => `ybz-questions:${owner}`;

export function kept(owner) {
  try {
    return JSON.parse(localStorage.getItem(place(owner)) || "[]");
  } catch {
    return [];
  }
}

export function keep(owner, question) {
  const others = kept(owner).filter((each) => each.key !== question.key);
  localStorage.setItem(place(owner), JSON.stringify([question, ...others].slice(0, MOST)));
}

export function drop(owner, key) {
  localStorage.setItem(place(owner), JSON.stringify(kept(owner).filter((each) => each.key !== key)));
}

export function forget(owner) {
  localStorage.removeItem(place(owner));
}

// What is being written, for whoever comes back after a reload, another language or a session that ended.
const written = (owner, grant) => `ybz-draft:${owner}:${grant}`;

export function drafted(owner, grant) {
  return localStorage.getItem(written(owner, grant)) || "";
}

export function watch(editor, owner, grant) {
  const keepIt = (text) => {
    try {
      localStorage.setItem(written(owner, grant), text);
    } catch {
      // A browser that is full keeps what it had.
    }
  };
  const seen = CM.EditorView.updateListener.of((update) => {
    if (update.docChanged) keepIt(update.state.doc.toString());
  });
  editor.dispatch({ effects: CM.StateEffect.appendConfig.of(seen) });
}

// Bring what came of a question before its reader, once dialogs have let go of the page.
export function show(id) {
  setTimeout(() => {
    const part = document.getElementById(id);
    if (part && part.getBoundingClientRect().top > innerHeight * 0.6) part.scrollIntoView({ block: "center" });
    if (part && part.getBoundingClientRect().top < 0) part.scrollIntoView({ block: "start" });
    if (part && part.offsetHeight > innerHeight * 0.7) part.scrollIntoView({ block: "start" });
  }, 400);
}

// Put the cursor at the beginning of a line.
export function at(editor, line) {
  const found = editor.state.doc.line(Math.min(line, editor.state.doc.lines));
  editor.dispatch({ selection: { anchor: found.from }, scrollIntoView: true });
  editor.focus();
}
