// Brings a figure to life when it is near what is seen. Without this script the figure stands as it is.

const EXPLORERS = {
  "receptive-field": () => import("./explorers/receptive-field.js"),
  "losses": () => import("./explorers/losses.js"),
  "gradient-flow": () => import("./explorers/gradient-flow.js"),
  "ravine": () => import("./explorers/ravine.js"),
  "finite-differences": () => import("./explorers/finite-differences.js"),
  "dropout-masks": () => import("./explorers/dropout-masks.js"),
  "latent-space": () => import("./explorers/latent-space.js"),
};

const PREFIX = "explore-";
const boxes = [...document.querySelectorAll(".explorer")];
const nameOf = ({ id }) => id.slice(PREFIX.length);

async function enliven(box) {
  const [{ start }, explorer] = await Promise.all([import("./explorers/machine.js"), EXPLORERS[nameOf(box)]()]);
  start(box, nameOf(box), explorer);
}

// Who follows a link to a setting is shown it.
const asked = new URLSearchParams(location.search);
const linked = location.hash ? undefined : boxes.find((box) => asked.has(nameOf(box)));
if (linked) {
  for (let fold = linked.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  linked.scrollIntoView({ block: "center" });
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    enliven(target);
  }
}, { rootMargin: "600px" });
for (const box of boxes) near.observe(box);
