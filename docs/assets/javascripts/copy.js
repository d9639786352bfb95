// Gives each block of code, when it is near what is seen, a button that copies it.

const told = document.querySelector(".md-dialog");
let hide;

function tell(words) {
  told.firstElementChild.textContent = words;
  told.classList.add("md-dialog--active");
  clearTimeout(hide);
  hide = setTimeout(() => told.classList.remove("md-dialog--active"), 2000);
}

function offer(block) {
  const code = block.querySelector("pre > code");
  if (!code) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "md-code__button";
  button.dataset.mdType = "copy";
  button.title = "Copy to clipboard";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    tell("Copied to clipboard");
  });
  const place = document.createElement("div");
  place.className = "md-code__nav";
  place.append(button);
  code.before(place);
}

if (navigator.clipboard) {
  told.setAttribute("role", "status");
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      offer(target);
    }
  }, { rootMargin: "200px" });
  for (const block of document.querySelectorAll("article .highlight")) near.observe(block);
}
