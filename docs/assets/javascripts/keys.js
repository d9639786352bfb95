// Leads from question to question, and shows which keys do what. Loaded when one of the keys is pressed.

const KEYS = [
  ["j", "next question"], ["k", "previous question"], ["Enter", "open or close the answer"], ["/", "search"],
  ["Escape", "close what is open"], ["?", "these keys"],
];

function dialog() {
  const made = document.createElement("dialog");
  made.className = "keys md-typeset";
  made.setAttribute("aria-labelledby", "keys-title");
  made.innerHTML = `<h2 id="keys-title">Keys</h2><table class="table"><tbody>${
    KEYS.map(([key, does]) => `<tr><th scope="row"><kbd>${key}</kbd></th><td>${does}</td></tr>`).join("")
  }</tbody></table><form method="dialog"><button>Close</button></form>`;
  document.body.append(made);
  return made;
}

// The keyboard goes to what opens the answer, and what is seen to its question.
function step(by) {
  const summaries = [...document.querySelectorAll("article details.success > summary")];
  const headings = summaries.map((summary) => [...document.querySelectorAll("article :is(h2, h3)[id]")].filter(
    (heading) => heading.compareDocumentPosition(summary) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1) ?? summary);
  const tops = headings.map((heading) => Math.round(heading.getBoundingClientRect().top));
  const focused = summaries.indexOf(document.activeElement);
  const EDGE = 100;
  const at = focused >= 0 ? focused + by
    : by > 0 ? tops.findIndex((top) => top > EDGE) : tops.findLastIndex((top) => top < -1);
  if (!summaries[at]) return;
  summaries[at].focus({ preventScroll: true });
  headings[at].scrollIntoView();
  // A long question leaves what opens the answer below the screen, where nobody would see it open.
  summaries[at].onclick = ({ currentTarget }) => {
    const { top, bottom } = currentTarget.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) currentTarget.scrollIntoView({ block: "center" });
  };
}

export function press(key) {
  if (key !== "?") return step(key === "j" ? 1 : -1);
  const shown = document.querySelector("dialog.keys") ?? dialog();
  if (!shown.open) shown.showModal();
}
