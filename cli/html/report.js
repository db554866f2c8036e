/* The page of `keylift scan --format html`. What stands in the report comes from a scanned tree: it is set as
 * text alone, never as markup. Rows are made when they are shown, a page at a time. */
"use strict";
(() => {
  const PAGE = 100; // rows, or groups, that are made at once
  const report = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const SEVERITIES = ["high", "medium", "low"];

  // --- text -------------------------------------------------------------------

  /* Controls and what reorders or hides text, in a path say, is spelled out. */
  const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
  const plain = (text) => String(text).replace(HIDDEN, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  const number = (n) => n.toLocaleString("en-US");
  const count = (n, one, many) => number(n) + " " + (n === 1 ? one : many || one + "s");

  /* An element with attributes and children, of which strings become text. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    for (const child of children) if (child !== null) element.append(child);
    return element;
  }

  function fill(id, ...children) {
    at(id).replaceChildren(...children);
  }

  // --- findings -----------------------------------------------------------------

  const NOBODY = "no owner", UNDATED = "age unknown", NOT_ASKED = "not asked";
  const ANSWERS = ["live", "not live", "unknown", NOT_ASKED];
  const AGES = [[30, "up to a month"], [365, "up to a year"], [3 * 365, "up to three years"], [Infinity, "older than three years"]];
  const made = Date.parse(report.made);

  function age(finding) {
    const since = Date.parse(finding.since || "");
    return Number.isNaN(since) ? UNDATED : AGES.find(([days]) => made - since <= days * 86400e3)[1];
  }

  function state(finding) {
    return finding.suppressed ? "silenced" : finding.commit && !finding.in_head ? "gone" : finding.fixable ? "movable" : "left";
  }

  const findings = report.findings.map((f, index) => ({
    ...f,
    index,
    owner: f.owner || NOBODY,
    age: age(f),
    state: state(f),
    answer: f.verified || NOT_ASKED,
    rank: SEVERITIES.indexOf(f.severity),
    hay: [f.rule, f.message, f.path, f.name, f.redacted, f.fingerprint, f.owner, f.commit, f.since_commit, f.value_id, f.verified].join("\n").toLowerCase(),
  }));

  function tally(items, key) {
    const counts = new Map();
    for (const item of items) for (const value of [key(item)].flat()) counts.set(value, (counts.get(value) || 0) + 1);
    return counts;
  }

  function folders(finding) {
    const parts = finding.path.split("/").slice(0, -1), above = [];
    parts.forEach((_, i) => above.push(parts.slice(0, i + 1).join("/") + "/"));
    return above.filter((folder) => folder !== "/");
  }

  function chooser(id, all, counts, words, order) {
    const options = order ? order.filter((v) => counts.has(v)) : [...counts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    fill(id, make("option", { value: "" }, all),
         ...options.map((v) => make("option", { value: v }, plain((words && words[v]) || v) + " (" + number(counts.get(v)) + ")")));
    if (options.length === 0) at(id).closest("p").hidden = true;
  }

  const STATES = { movable: "migrate can move it", left: "left for a person", gone: "in the history alone", silenced: "silenced" };

  function setUpFilters() {
    const bySeverity = tally(findings, (f) => f.severity);
    fill("severities", ...SEVERITIES.map((s) => make("label", { for: "severity-" + s, class: "check" },
      make("input", { type: "checkbox", id: "severity-" + s, name: "severity", value: s, checked: "" }),
      " " + s + " (" + number(bySeverity.get(s) || 0) + ")")));
    chooser("rule", "all rules", tally(findings, (f) => f.rule));
    chooser("folder", "all folders", tally(findings, folders));
    chooser("owner", "all owners", findings.some((f) => f.owner !== NOBODY) ? tally(findings, (f) => f.owner) : new Map());
    chooser("age", "all ages", findings.some((f) => f.age !== UNDATED) ? tally(findings, (f) => f.age) : new Map(), null,
            [...AGES.map(([, words]) => words), UNDATED]);
    chooser("state", "all states", tally(findings, (f) => f.state), STATES);
    chooser("answer", "all answers", findings.some((f) => f.verified) ? tally(findings, (f) => f.answer) : new Map(), null, ANSWERS);
  }

  const ORDERS = {
    severity: (a, b) => a.rank - b.rank || a.index - b.index,
    path: (a, b) => a.index - b.index,
    age: (a, b) => (Date.parse(a.since || "") || Infinity) - (Date.parse(b.since || "") || Infinity) || a.index - b.index,
  };
  const GROUPS = { rule: (f) => f.rule, file: (f) => f.path, owner: (f) => f.owner, age: (f) => f.age };

  function chosen() {
    const form = new FormData(at("filters")), severities = new Set(form.getAll("severity"));
    const words = form.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const [rule, folder, owner, since, wanted, answer] = ["rule", "folder", "owner", "age", "state", "answer"].map((name) => form.get(name));
    return findings.filter((f) =>
      severities.has(f.severity) && (!rule || f.rule === rule) && (!folder || f.path.startsWith(folder)) &&
      (!owner || f.owner === owner) && (!since || f.age === since) && (!wanted || f.state === wanted) &&
      (!answer || f.answer === answer) && words.every((w) => f.hay.includes(w))
    ).sort(ORDERS[form.get("sort")]);
  }

  // --- rows ---------------------------------------------------------------------

  const fact = (label, value) => (value ? make("span", {}, label + " " + plain(value)) : null);

  function revoke(text) {
    return /^https:\/\//.test(text) ? make("a", { href: text, rel: "noreferrer noopener" }, plain(text)) : plain(text);
  }

  function row(f) {
    const rows = [
      ["Rule", make("code", {}, plain(f.rule))],
      ["Stands as", plain(f.context) + (f.name ? " of " + plain(f.name) : "")],
      ["Certainty", Math.round(f.confidence * 100) + " %"],
      ["Fingerprint", make("code", {}, plain(f.fingerprint))],
      ["Revoke", f.revoke ? revoke(f.revoke) : null],
      ["Commit", f.commit ? make("code", {}, plain(f.commit)) : null],
      ["In the repository since", f.since_commit ? make("code", {}, plain(f.since_commit)) : null],
      ["Value", f.value_id ? make("code", {}, plain(f.value_id)) : null],
      ["Stands in", f.reports ? f.reports.map(plain).join(", ") : null],
    ].filter(([, value]) => value !== null);
    const status = f.state === "silenced" ? "silenced: " + plain(f.suppressed)
      : f.state === "left" && f.reason ? STATES.left + ": " + plain(f.reason) : STATES[f.state];
    const day = (f.since || "").slice(0, 10);
    return make("li", {},
      make("div", { class: "what" },
        make("span", { class: "severity " + f.severity }, f.severity),
        make("strong", {}, plain(f.message)), f.name ? make("code", {}, plain(f.name) + ":") : null,
        make("span", { class: "redacted" }, plain(f.redacted))),
      make("div", { class: "place" }, plain(f.path) + ":" + f.line + ":" + f.column),
      make("div", { class: "facts" },
        f.verified ? make("span", { class: "verified " + f.verified.replace(" ", "-") }, plain(f.verified + (f.verified_reason ? ": " + f.verified_reason : ""))) : null,
        make("span", {}, status), f.owner === NOBODY ? null : fact("owner", f.owner),
        f.commit ? make("span", {}, "came with commit " + plain(f.commit.slice(0, 12)) + (day ? " of " + plain(day) : "") +
          (f.in_head ? ", still in the current commit" : "")) : fact("since", day),
        f.reports ? make("span", {}, "its value stands in " + count(f.reports.length, "report")) : null),
      make("details", {}, make("summary", {}, "Details"),
        make("dl", {}, ...rows.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]))));
  }

  /* Puts rows into `list` a page at a time; the button for more stands in `holder`, and what it adds gets the focus. */
  function paged(list, holder, items, makeRow, what) {
    let shown = 0;
    const button = make("button", { type: "button" });
    const more = (focus) => {
      const rows = items.slice(shown, shown + PAGE).map(makeRow);
      list.append(...rows);
      shown += rows.length;
      button.textContent = "Show " + Math.min(PAGE, items.length - shown) + " more of " + number(items.length - shown) + " " + what;
      holder.hidden = shown >= items.length;
      if (focus && rows.length > 0) {
        rows[0].setAttribute("tabindex", "-1");
        rows[0].focus();
      }
    };
    button.addEventListener("click", () => more(true));
    holder.replaceChildren(button);
    more(false);
  }

  function listOf(items, parent) {
    const list = make("ol", { class: "items" }), holder = make("p", { class: "more" });
    parent.append(list, holder);
    paged(list, holder, items, row, "findings");
  }

  function group([name, items], open) {
    const worst = tally(items, (f) => f.severity);
    const details = make("details", { class: "group" }, make("summary", {}, make("b", {}, plain(name)), " · " +
      count(items.length, "finding") + " (" + SEVERITIES.filter((s) => worst.has(s)).map((s) => number(worst.get(s)) + " " + s).join(", ") + ")"));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) listOf(items, details);
    });
    details.open = open;
    return details;
  }

  function showFindings() {
    const items = chosen(), by = at("group").value, list = make("div");
    fill("list", list);
    if (by === "none") {
      listOf(items, list);
    } else {
      const groups = new Map();
      for (const f of items) {
        if (!groups.has(GROUPS[by](f))) groups.set(GROUPS[by](f), []);
        groups.get(GROUPS[by](f)).push(f);
      }
      const holder = make("p", { class: "more" });
      at("list").append(holder);
      const sorted = [...groups].sort(([, a], [, b]) => a[0].rank - b[0].rank || b.length - a.length);
      paged(list, holder, sorted, (g) => group(g, sorted.length === 1), "groups");
    }
    const inGroups = by === "none" ? "" : " in " + count(new Set(items.map(GROUPS[by])).size, "group");
    at("shown").textContent = findings.length === 0 ? "No finding."
      : number(items.length) + " of " + count(findings.length, "finding") + inGroups + ".";
  }

  // --- a view that can be linked to -----------------------------------------------

  function keepView() {
    const view = new URLSearchParams();
    for (const [name, value] of new FormData(at("filters"))) if (name !== "severity" && value) view.append(name, value);
    for (const s of SEVERITIES) if (!at("severity-" + s).checked) view.append("without", s);
    try {
      history.replaceState(null, "", "#" + view);
    } catch (refused) { /* a page in a frame of a code host may not: the view is then not kept */ }
  }

  function takeView() {
    const view = new URLSearchParams(location.hash.slice(1));
    for (const name of ["text", "rule", "folder", "owner", "age", "state", "answer", "group", "sort"]) {
      const field = at(name), value = view.get(name);
      if (value !== null && (field.tagName === "INPUT" || [...field.options].some((o) => o.value === value))) field.value = value;
    }
    for (const s of view.getAll("without")) if (SEVERITIES.includes(s)) at("severity-" + s).checked = false;
  }

  // --- the rest of the page ---------------------------------------------------------

  function showSummary() {
    const told = findings.filter((f) => f.state !== "silenced"), stats = report.stats, skipped = Object.entries(stats.skipped || {});
    const failing = told.filter((f) => f.rank <= SEVERITIES.indexOf(report.fail_on)).length;
    at("made").textContent = plain(report.tool) + ", " + report.made.slice(0, 16).replace("T", " ") + " UTC";
    at("verdict").textContent = (report.errors.length > 0 ? "Incomplete: " + count(report.errors.length, "place") + " could not be read. " : "") +
      (failing > 0 ? count(failing, "finding") + " of severity " + report.fail_on + (report.fail_on === "high" ? "." : " or above.")
        : "No finding of severity " + report.fail_on + (report.fail_on === "high" ? "." : " or above."));
    const counts = [...SEVERITIES.map((s) => [s, told.filter((f) => f.severity === s).length]), ["silenced", stats.suppressed || 0],
                    [stats.commits === undefined ? "files scanned" : "versions of files", stats.files || 0], ["skipped", skipped.reduce((sum, [, n]) => sum + n, 0)]];
    if (stats.commits !== undefined) counts.push(["commits", stats.commits]);
    if (stats.archives) counts.push(["archives", stats.archives]);
    if (findings.some((f) => f.verified)) // those that --only-live has silenced are counted, too
      counts.push(...ANSWERS.slice(0, 3).map((v) => [v, stats.verification ? stats.verification[v.replace(" ", "_")]
        : findings.filter((f) => f.verified === v).length]));
    fill("counts", ...counts.map(([term, n]) => make("div", {}, make("dt", {}, term), make("dd", {}, number(n)))));
    if (skipped.length > 0)
      at("counts").after(make("p", { class: "facts" }, make("span", {}, "Skipped: " + skipped.map(([why, n]) => number(n) + " " + plain(why)).join(", ") + ".")));
    if (stats.undated)
      at("counts").after(make("p", { class: "facts" }, make("span", {}, "Not every finding has an age: " + plain(stats.undated) + ".")));
    at("errors").hidden = report.errors.length === 0;
    fill("error-list", ...report.errors.map((e) => make("li", {}, e.path ? make("code", {}, plain(e.path)) : null, (e.path ? ": " : "") + plain(e.message))));
  }

  function showMigration() {
    const here = findings.filter((f) => f.state !== "silenced" && !f.commit);
    const movable = here.filter((f) => f.fixable), left = here.filter((f) => !f.fixable);
    at("migrate").hidden = here.length === 0;
    fill("migrate-text", count(movable.length, "finding") + " in " + count(new Set(movable.map((f) => f.path)).size, "file") +
      " can move into a vault. ", make("code", {}, "keylift plan"), " shows the change and the names, ", make("code", {}, "keylift migrate"),
      " does it once the vault has given every value back. Low ones and those of tests wait for ", make("code", {}, "--include-tests"), ". " +
      (left.length > 0 ? count(left.length, "finding") + " stay for a person:" : ""));
    fill("left-list", ...[...tally(left, (f) => f.reason || "no reason was given")].sort((a, b) => b[1] - a[1])
      .map(([why, n]) => make("li", {}, number(n) + " × " + plain(why))));
  }

  const variables = new Map();
  for (const read of report.environment) {
    const name = read.name || "(a name that is computed)";
    if (!variables.has(name)) variables.set(name, { name, secret: false, reads: [] });
    variables.get(name).secret ||= read.secret;
    variables.get(name).reads.push(read);
  }
  const DEFAULTS = { none: "no default", literal: "default: a literal", expression: "default: an expression" };

  function variable(v) {
    return make("li", {},
      make("div", { class: "what" }, make("code", {}, plain(v.name)), make("span", {}, v.secret ? "secret" : "setting"),
        make("span", { class: "facts" }, count(v.reads.length, "use"))),
      make("details", {}, make("summary", {}, "Where"), make("ul", {}, ...v.reads.slice(0, PAGE).map((r) => make("li", {},
        make("span", { class: "place" }, plain(r.path) + ":" + r.line + ":" + r.column), " · " + plain(r.access) + " · " + DEFAULTS[r.default])),
        v.reads.length > PAGE ? make("li", {}, "and " + number(v.reads.length - PAGE) + " more") : null)));
  }

  function showEnvironment() {
    const text = at("variable").value.toLowerCase(), secrets = at("secret").checked;
    const items = [...variables.values()].filter((v) => (!secrets || v.secret) &&
      (v.name + "\n" + v.reads.map((r) => r.path).join("\n")).toLowerCase().includes(text)).sort((a, b) => b.secret - a.secret || (a.name < b.name ? -1 : 1));
    at("environment-text").textContent = variables.size === 0 ? "The code uses none, or they were not asked for."
      : "The code uses " + count(variables.size, "variable") + ", " + count([...variables.values()].filter((v) => v.secret).length, "secret") + " among them.";
    at("environment-filters").hidden = variables.size === 0;
    at("environment-shown").textContent = variables.size === 0 ? "" : number(items.length) + " of " + count(variables.size, "variable") + ".";
    fill("environment-list");
    paged(at("environment-list"), at("environment-more"), items, variable, "variables");
  }

  setUpFilters();
  takeView();
  showSummary();
  showFindings();
  showMigration();
  showEnvironment();
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("filters").addEventListener("input", () => { showFindings(); keepView(); });
  at("filters").addEventListener("reset", () => setTimeout(() => { showFindings(); keepView(); }));
  at("environment-filters").addEventListener("submit", (event) => event.preventDefault());
  at("environment-filters").addEventListener("input", showEnvironment);
})();
