// Makes a menu of the version at the top, if the folder of these pages lies beside others: then the
// file versions.js lies there too. It is loaded as a script, which also works from a disk.
(() => {
  const root = new URL(document.documentElement.dataset.content_root, location.href);
  const here = root.pathname.split("/").at(-2);

  async function go(folder) {
    const other = new URL(`../${folder}/`, root);
    const same = new URL(location.pathname.slice(root.pathname.length), other);
    let found = false;
    try {
      found = (await fetch(same, { method: "HEAD" })).ok;
    } catch {} // on a disk nobody can be asked
    location.href = found ? same : new URL("index.html", other);
  }

  function menu(place) {
    const others = window.versionsOfThesePages;
    const select = document.createElement("select");
    select.setAttribute("aria-label", "Version of these pages");
    if (!others.some(({ folder }) => folder === here)) {
      select.add(new Option(place.textContent.trim(), here, true, true));
    }
    others.forEach(({ folder, name }, i) => {
      const newest = i === 0 && others.length > 1 ? " (newest)" : "";
      select.add(new Option(`version ${name}${newest}`, folder, folder === here, folder === here));
    });
    select.addEventListener("change", () => go(select.value));
    place.replaceChildren(select);
  }

  const list = document.createElement("script");
  list.src = new URL("../versions.js", root);
  list.addEventListener("load", () => document.querySelectorAll(".versions").forEach(menu));
  document.head.append(list);
})();
