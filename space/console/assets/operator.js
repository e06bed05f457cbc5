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

// Put the cursor at the beginning of a line.
export function at(editor, line) {
  const found = editor.state.doc.line(Math.min(line, editor.state.doc.lines));
  editor.dispatch({ selection: { anchor: found.from }, scrollIntoView: true });
  editor.focus();
}
