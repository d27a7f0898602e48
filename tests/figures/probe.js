// What a page looks like to its reader, measured where it is shown.
(async () => {
  const root = document.documentElement;
  document.querySelectorAll("details").forEach((details) => (details.open = true));
  const images = [...document.images];
  images.forEach((image) => (image.loading = "eager"));
  await Promise.allSettled(images.map((image) => image.decode()));
  await document.fonts.ready;

  const luminance = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map((channel) => {
      const c = channel / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if (!/, 0\)$/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (element) => {
    const [low, high] = [getComputedStyle(element).color, background(element)]
      .map(luminance)
      .sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const scrolls = (element) => {
    for (let e = element.parentElement; e; e = e.parentElement)
      if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) return true;
    return false;
  };

  const all = [...document.body.querySelectorAll("*")];
  const written = all.filter((e) =>
    [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const name = (e) => `${e.tagName} ${e.textContent.trim().slice(0, 40)}`;
  return {
    width: [root.scrollWidth, root.clientWidth],
    outside: all.filter((e) => !e.closest(".skip") && !scrolls(e) &&
      e.getBoundingClientRect().right > root.clientWidth + 1).map(name),
    faint: written.filter((e) => contrast(e) < 4.5).map((e) => `${name(e)}: ${contrast(e)}`),
    texts: written.length,
    ground: luminance(background(document.body)),
    images: images.map((image) => [image.naturalWidth, image.getBoundingClientRect().width]),
    alternatives: images.map((image) => image.alt),
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => +h.tagName[1]),
    language: root.lang,
    dead: [...document.querySelectorAll('a[href^="#"]')]
      .filter((a) => !document.getElementById(a.getAttribute("href").slice(1))).map(name),
    twice: [...document.querySelectorAll("[id]")].map((e) => e.id)
      .filter((id, i, ids) => ids.indexOf(id) !== i),
  };
})()
