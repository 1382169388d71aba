// Looks for words in titles, headings and first sentences. The index is fetched when somebody begins to search, from this site.
(() => {
  const box = document.getElementById("search");
  const query = document.getElementById("query");
  const found = document.getElementById("found");
  let index;

  const load = () => {
    index ??= fetch(box.dataset.index).then((answer) => {
      if (!answer.ok) throw new Error(`the index answered ${answer.status}`);
      return answer.json();
    });
    return index;
  };

  // Every word has to occur. A title counts more than a heading, a heading more than a sentence.
  const search = (pages, words) => {
    const has = (text) => words.every((word) => text.toLowerCase().includes(word));
    const hits = [];
    for (const page of pages) {
      if (has(page.title)) hits.push({ rank: 0, url: page.url, title: page.title, about: page.text });
      else if (has(page.text)) hits.push({ rank: 2, url: page.url, title: page.title, about: page.text });
      for (const heading of page.headings) {
        if (has(heading.title)) hits.push({ rank: 1, url: `${page.url}#${heading.anchor}`, title: heading.title, about: page.title });
      }
    }
    return hits.sort((a, b) => a.rank - b.rank).slice(0, 20);
  };

  // Text is only ever put in as text, so nothing of the index or of the query can become markup.
  const show = (hits) => {
    if (hits.length === 0) {
      found.textContent = "Nothing was found.";
      return;
    }
    const list = document.createElement("ul");
    for (const hit of hits) {
      const item = list.appendChild(document.createElement("li"));
      const link = item.appendChild(document.createElement("a"));
      link.href = hit.url;
      link.textContent = hit.title;
      item.appendChild(document.createElement("small")).textContent = hit.about;
    }
    found.replaceChildren(list);
  };

  query.addEventListener("focus", () => load().catch(() => {}), { once: true });
  query.addEventListener("input", async () => {
    const asked = query.value;
    const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) {
      found.replaceChildren();
      return;
    }
    try {
      const pages = await load();
      if (query.value === asked) show(search(pages, words));
    } catch (error) {
      index = undefined;
      found.textContent = `The search does not work now: ${error.message}.`;
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    query.value = "";
    found.replaceChildren();
    query.focus();
  });
  box.hidden = false;
})();
