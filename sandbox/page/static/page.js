"use strict";
// The sandbox's page. It shows the spreadsheet as a merchant sees it and lets a person edit it, send orders and switch
// faults on. Customers' text is hostile: whatever comes from the server enters the page through textContent only.

const spreadsheet = document.body.dataset.spreadsheet;
const book = `/sandbox/google/${encodeURIComponent(spreadsheet)}`;
const SPARE_ROWS = 20;
const MORE_ROWS = 500;

const view = {
  tab: null, // sheetId of the tab that a person chose
  drawn: null, // sheetId of the tab that is shown
  rows: MORE_ROWS, // how many rows are asked for
  state: "", // what the list said of the spreadsheet when it was drawn last, to redraw only on a change
  data: null,
  row: 0,
  column: 0,
  goal: false, // whether the selected cell is where an address leads to, and is still to be shown
  editor: null, // the input over a cell, while a cell is edited
  texts: new Map(), // what each cell of the tab said when it was drawn last, to mark what is new
};

const $ = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function attributes(made, values) {
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
  return made;
}

// ---- talking to the sandbox ----

async function ask(path, options = {}) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  const text = await answer.text();
  if (!answer.ok) throw new Error(errorIn(text) || `The sandbox answered ${answer.status}.`);
  return text;
}

function errorIn(text) {
  try {
    const { error } = JSON.parse(text);
    return typeof error === "string" ? error : error.message;
  } catch {
    return "";
  }
}

async function post(path, body) {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = JSON.parse(await ask(path, { method: "POST", headers, body: JSON.stringify(body) }));
    trouble("");
    refresh();
    return answer;
  } catch (problem) {
    trouble(problem.message);
    return null;
  }
}

function edit(action, fields = {}) {
  return post(`${book}/edit`, { action, tab: view.data.shown.sheetId, ...fields });
}

function trouble(sentence) {
  $("trouble").textContent = sentence;
  $("trouble").hidden = !sentence;
}

// ---- the spreadsheet ----

function letterOf(index) {
  let letters = "";
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 26)) {
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  }
  return letters;
}

// The list of spreadsheets tells cheaply whether anything changed.
async function readSheet() {
  const heads = JSON.parse(await ask("/sandbox/google")).spreadsheets;
  const calculated = view.tab ?? view.drawn ?? -1;
  const state = JSON.stringify([heads.find((head) => head.id === spreadsheet), view.rows, calculated]);
  if (state === view.state || view.editor) return;
  view.data = JSON.parse(await ask(`${book}?${new URLSearchParams({ from: 0, rows: view.rows, calculated })}`));
  view.state = state;
  drawSheet();
}

// Until a person chooses a tab, the first one that holds anything is shown: a new spreadsheet has an empty Sheet1.
function shownTab(data) {
  const tabs = data.tabs.filter((tab) => !tab.hidden);
  return tabs.find((tab) => tab.sheetId === view.tab) || tabs.find((tab) => tab.usedRows > 0) || tabs[0];
}

function drawSheet() {
  const data = view.data;
  const tab = shownTab(data);
  const another = view.drawn !== tab.sheetId;
  data.shown = tab;
  view.drawn = tab.sheetId;
  $("title").textContent = data.title;
  $("zone").textContent = data.timeZone;
  document.title = `${data.title}: sandbox`;
  $("filter").setAttribute("aria-pressed", String(Boolean(tab.filter)));
  drawTabs(data, tab);
  drawGrid(tab, another);
  const goal = view.goal && cellAt(view.row, view.column);
  view.goal = false;
  if (goal) {
    goal.scrollIntoView({ block: "center", inline: "nearest" });
    select(goal);
  }
  showSelected();
}

// An address may name a tab and a cell as Google's do: #gid=7&range=A5
function goTo(hash) {
  const wanted = new URLSearchParams(hash.slice(1));
  if (!/^\d+$/.test(wanted.get("gid") || "")) return;
  view.tab = Number(wanted.get("gid"));
  const cell = /^([A-Z]{1,3})(\d{1,7})$/.exec(wanted.get("range") || "");
  if (!cell) return;
  view.row = Number(cell[2]) - 1;
  view.column = [...cell[1]].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  view.rows = Math.max(view.rows, view.row + MORE_ROWS);
  view.goal = true;
}

function drawTabs(data, shown) {
  const boxes = data.tabs
    .filter((tab) => !tab.hidden)
    .map((tab) => {
      const open = element("button", { type: "button", textContent: tab.title });
      attributes(open, { role: "tab", "aria-selected": String(tab === shown), tabindex: tab === shown ? 0 : -1 });
      open.addEventListener("click", () => chooseTab(tab.sheetId));
      const more = element("button", { type: "button", textContent: "▾" });
      attributes(more, { "aria-label": `Menu of the tab ${tab.title}`, "aria-haspopup": "menu" });
      more.addEventListener("click", () => tabMenu(more, tab));
      return element("div", { className: "tab" }, open, more);
    });
  const focused = $("tabs").contains(document.activeElement);
  $("tabs").replaceChildren(...boxes);
  if (focused) $("tabs").querySelector('[aria-selected="true"]').focus();
}

function chooseTab(sheetId) {
  Object.assign(view, { tab: sheetId, row: 0, column: 0 });
  drawSheet();
  refresh();
}

function drawGrid(tab, another) {
  const sheet = $("sheet");
  sheet.dir = tab.rightToLeft ? "rtl" : "ltr";
  const at = another ? { left: 0, top: 0 } : { left: sheet.scrollLeft, top: sheet.scrollTop };
  const focused = sheet.contains(document.activeElement);
  const columns = tab.columns.filter((column) => !column.hidden);
  const hiddenRows = tab.rows.some((row) => row.hidden);
  const rows = tab.rows.filter((row) => !row.hidden);
  const more = tab.usedRows - tab.rows.length;
  const wanted = more > 0 ? rows : [...rows, ...spareRows(tab)];
  const before = another ? null : view.texts;
  view.texts = new Map();
  const table = attributes(element("table"), { role: "grid", "aria-label": tab.title, "aria-rowcount": tab.rowCount });
  table.style.width = `${46 + columns.reduce((sum, column) => sum + column.width, 0)}px`;
  table.classList.toggle("plain", !tab.gridlines);
  table.classList.toggle("filtered", Boolean(tab.filter));
  table.append(widths(columns), head(columns), body(tab, columns, wanted, before));
  const below = [];
  if (more > 0) {
    const open = element("button", { type: "button", className: "more", textContent: `Show more rows (${more} left)` });
    open.addEventListener("click", () => { view.rows += MORE_ROWS; refresh(); });
    below.push(open);
  }
  sheet.replaceChildren(element("div", { className: "canvas" }, table), ...below);
  stickFrozen(table, tab.frozenRows);
  table.parentNode.append(...charts(tab));
  sheet.scrollTo(at);
  const filled = tab.rows.filter((row) => row.index >= tab.frozenRows && row.cells.some((cell) => cell?.text)).length;
  const remark = more > 0 ? " and more" : hiddenRows ? ", some hidden" : "";
  $("count").textContent = `${filled} ${filled === 1 ? "row" : "rows"}${remark}`;
  const cell = cellAt(view.row, view.column) || sheet.querySelector("td");
  if (cell) {
    cell.tabIndex = 0;
    if (focused) cell.focus({ preventScroll: true });
  }
}

// Empty rows below the last filled one, as many as the tab has room for.
function spareRows(tab) {
  const count = Math.min(Math.max(SPARE_ROWS, 40 - tab.rows.length), tab.rowCount - tab.rows.length);
  return Array.from({ length: Math.max(0, count) }, (_, n) => ({ index: tab.rows.length + n, tags: [], cells: [] }));
}

function widths(columns) {
  const group = element("colgroup");
  for (const width of [46, ...columns.map((column) => column.width)]) {
    const col = element("col");
    col.style.width = `${width}px`;
    group.append(col);
  }
  return group;
}

function head(columns) {
  const row = element("tr", {}, element("th"));
  let expected = 0;
  for (const column of columns) {
    const letter = column.letter || letterOf(column.index);
    const open = element("button", { type: "button", textContent: letter });
    attributes(open, { "aria-label": `Menu of column ${letter}`, "aria-haspopup": "menu" });
    if (column.tags.length) open.title = `Tagged ${column.tags.join(", ")}`;
    open.addEventListener("click", () => columnMenu(open, column));
    const cell = attributes(element("th", {}, open), { scope: "col" });
    cell.dataset.column = column.index;
    if (column.index !== expected) row.lastChild.classList.add("gap");
    expected = column.index + 1;
    row.append(cell);
  }
  return element("thead", {}, row);
}

function body(tab, columns, rows, before) {
  const made = element("tbody");
  let expected = 0;
  for (const row of rows) {
    const open = element("button", { type: "button", textContent: String(row.index + 1) });
    attributes(open, { "aria-label": `Menu of row ${row.index + 1}`, "aria-haspopup": "menu" });
    if (row.tags.length) open.title = `Tagged ${row.tags.join(", ")}`;
    open.addEventListener("click", () => rowMenu(open, row));
    const line = element("tr", {}, attributes(element("th", {}, open), { scope: "row" }));
    line.dataset.row = row.index;
    if (row.index < tab.frozenRows) line.classList.add("frozen");
    if (row.index === tab.frozenRows - 1) line.classList.add("last");
    if (row.height) line.style.height = `${row.height}px`;
    if (row.index !== expected && made.lastChild) made.lastChild.classList.add("gap");
    expected = row.index + 1;
    for (const column of columns) line.append(cellOf(row, column, row.cells[column.index] || null, before));
    made.append(line);
  }
  return made;
}

function cellOf(row, column, cell, before) {
  const made = attributes(element("td"), { tabindex: "-1", role: "gridcell" });
  made.dataset.column = column.index;
  const key = `${row.index}:${column.index}`;
  const text = cell ? cell.text : "";
  if (text) view.texts.set(key, text);
  if (before && text && before.get(key) !== text) made.classList.add("fresh");
  if (!cell) return made;
  made.append(element("span", {}, cell.type === "formula" ? "ƒ" : linked(cell)));
  const looks = { wrapped: cell.wrap, bold: cell.bold, italic: cell.italic, struck: cell.struck, spills: spills(row, column, cell) };
  for (const [name, wanted] of Object.entries({ ...looks, formula: cell.type === "formula" })) {
    if (wanted) made.classList.add(name);
  }
  if (cell.formula) made.title = cell.type === "formula" ? "A formula. Google calculates it; the sandbox does not." : cell.formula;
  if (cell.vertical) made.style.verticalAlign = cell.vertical;
  if (cell.size) made.style.fontSize = `${Math.round(cell.size * 1.3)}px`;
  if (/^#[0-9a-f]{6}$/i.test(cell.lineBelow || "")) made.classList.add("lined");
  if (cell.choices && cell.text) made.classList.add("choice");
  const side = cell.align || "";
  if (side === "right" || (!side && ["number", "date"].includes(cell.type))) made.classList.add("right");
  if (side === "left") made.classList.add("left");
  if (side === "center" || (!side && cell.type === "boolean")) made.classList.add("center");
  if (cell.note) {
    made.classList.add("noted");
    made.title = cell.note;
  }
  paint(made, cell);
  return made;
}

// A text that isn't told otherwise runs on over the next cell if that is empty.
function spills(row, column, cell) {
  return cell.spills && cell.type === "string" && !row.cells[column.index + 1]?.text;
}

function linked(cell) {
  if (!/^https?:\/\//i.test(cell.link || "")) return cell.text;
  return Object.assign(element("a", { textContent: cell.text, href: cell.link, target: "_blank" }), {
    rel: "noopener noreferrer",
  });
}

// A cell's own colours hold in dark mode too, but for pale greys, which mean no more than "a header". A background
// without a colour of its own gets one that can be read.
function paint(made, cell) {
  const colour = /^#[0-9a-f]{6}$/i;
  const plain = !cell.background || cell.background.toLowerCase() === "#ffffff";
  if (!plain && colour.test(cell.background)) {
    const [red, green, blue] = [1, 3, 5].map((from) => parseInt(cell.background.slice(from, from + 2), 16));
    const pale = Math.min(red, green, blue) > 215 && Math.max(red, green, blue) - Math.min(red, green, blue) < 24;
    made.classList.add(pale ? "pale" : "coloured");
    made.style.setProperty("--own", cell.background);
    made.style.setProperty("--own-ink", 0.3 * red + 0.59 * green + 0.11 * blue > 140 ? "#1f1f1f" : "#ffffff");
  }
  if (cell.color && colour.test(cell.color) && cell.color !== "#000000") {
    made.classList.add("inked");
    made.style.color = cell.color;
  }
}

// Charts are shown as frames in their places: what they would draw is calculated by Google only.
function charts(tab) {
  return tab.charts.flatMap((chart) => {
    const place = chart.position.overlayPosition;
    const anchor = cellAt(place.anchorCell.rowIndex || 0, place.anchorCell.columnIndex || 0);
    if (!anchor) return [];
    const kind = (chart.spec.basicChart?.chartType || "").toLowerCase();
    const made = element("div", { className: "chart" });
    made.append(
      element("strong", { textContent: chart.spec.title || "Chart" }),
      element("span", { className: "quiet", textContent: `A ${kind} chart. Google draws it; the sandbox does not.` }),
    );
    const canvas = anchor.closest(".canvas");
    const from = tab.rightToLeft ? canvas.clientWidth - anchor.offsetLeft - anchor.offsetWidth : anchor.offsetLeft;
    made.style.insetInlineStart = `${from + (place.offsetXPixels || 0)}px`;
    made.style.top = `${anchor.offsetTop + (place.offsetYPixels || 0)}px`;
    made.style.width = `${place.widthPixels || 600}px`;
    made.style.height = `${place.heightPixels || 371}px`;
    return [made];
  });
}

function stickFrozen(table, frozen) {
  let top = table.tHead.offsetHeight;
  for (const row of [...table.tBodies[0].rows].slice(0, frozen)) {
    if (!row.classList.contains("frozen")) continue;
    for (const cell of row.cells) cell.style.top = `${top}px`;
    top += row.offsetHeight;
  }
}

function cellAt(row, column) {
  return $("sheet").querySelector(`tr[data-row="${row}"] > td[data-column="${column}"]`);
}

function valueAt(row, column) {
  const line = view.data.shown.rows.find((other) => other.index === row);
  return (line && line.cells[column]) || null;
}

// ---- selecting and editing cells ----

function select(td, { focus = true } = {}) {
  for (const chosen of $("sheet").querySelectorAll('td[tabindex="0"]')) chosen.tabIndex = -1;
  view.row = Number(td.parentNode.dataset.row);
  view.column = Number(td.dataset.column);
  td.tabIndex = 0;
  if (focus) td.focus();
  showSelected();
}

function showSelected() {
  const cell = valueAt(view.row, view.column);
  $("address").textContent = `${letterOf(view.column)}${view.row + 1}`;
  $("content").textContent = entered(cell);
  for (const chosen of $("sheet").querySelectorAll("th.chosen")) chosen.classList.remove("chosen");
  $("sheet").querySelector(`thead th[data-column="${view.column}"]`)?.classList.add("chosen");
  $("sheet").querySelector(`tr[data-row="${view.row}"] > th`)?.classList.add("chosen");
}

// What a person would see on editing the cell.
function entered(cell) {
  return cell ? cell.formula || cell.text : "";
}

function startEditing(td, typed = null) {
  const cell = valueAt(view.row, view.column);
  const input = element("input", { value: typed === null ? entered(cell) : typed });
  input.setAttribute("aria-label", `Cell ${$("address").textContent}`);
  const list = element("datalist", { id: "choices" });
  if (cell?.choices) {
    list.append(...cell.choices.map((value) => element("option", { value })));
    input.setAttribute("list", "choices");
  }
  const { row, column } = view;
  const stop = (save) => {
    if (view.editor !== input) return;
    view.editor = null;
    input.remove();
    list.remove();
    td.focus({ preventScroll: true });
    if (save && input.value !== entered(cell)) edit("set_cell", { row, column, text: input.value });
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") stop(event.key === "Enter");
  });
  input.addEventListener("blur", () => stop(true));
  view.editor = input;
  td.append(input, list);
  input.focus();
  if (typed === null) input.select();
}

function moved(td, key) {
  const row = td.parentNode;
  const [on, back] = view.data.shown.rightToLeft ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
  if (key === on) return td.nextElementSibling;
  if (key === back) return td.previousElementSibling?.matches("td") ? td.previousElementSibling : null;
  if (key === "Home") return row.querySelector("td");
  if (key === "End") return row.lastElementChild;
  const other = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[key];
  return other ? other.cells[td.cellIndex] : undefined;
}

function onSheetKey(event) {
  const td = event.target.closest("td");
  if (!td || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = moved(td, event.key);
  if (next !== undefined) {
    if (next) select(next);
    event.preventDefault();
  } else if (event.key === "Enter" || event.key === "F2") {
    startEditing(td);
    event.preventDefault();
  } else if (event.key === "Delete" || event.key === "Backspace") {
    edit("set_cell", { row: view.row, column: view.column, text: "" });
    event.preventDefault();
  } else if (event.key.length === 1) {
    startEditing(td, event.key);
    event.preventDefault();
  }
}

// ---- menus and questions ----

function openMenu(anchor, label, entries) {
  const menu = $("menu");
  const buttons = entries.map(([text, act]) => {
    const button = attributes(element("button", { type: "button", textContent: text }), { role: "menuitem" });
    button.addEventListener("click", () => { closeMenu(); act(); });
    return button;
  });
  menu.replaceChildren(...buttons);
  menu.setAttribute("aria-label", label);
  menu.hidden = false;
  const at = anchor.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight < innerHeight;
  menu.style.left = `${Math.max(4, Math.min(at.left, innerWidth - menu.offsetWidth - 4))}px`;
  menu.style.top = `${below ? at.bottom : Math.max(4, at.top - menu.offsetHeight)}px`;
  menu.anchor = anchor;
  buttons[0].focus();
}

function closeMenu() {
  if ($("menu").hidden) return;
  $("menu").hidden = true;
  $("menu").anchor?.focus();
}

function onMenuKey(event) {
  const buttons = [...$("menu").children];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
    event.preventDefault();
  } else if (event.key === "Escape" || event.key === "Tab") {
    closeMenu();
    event.preventDefault();
  }
}

function askFor(title, value) {
  return new Promise((resolve) => {
    const dialog = $("ask");
    $("ask-title").textContent = title;
    $("ask-value").value = value;
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "ok" ? $("ask-value").value : null);
    }, { once: true });
    dialog.showModal();
    $("ask-value").select();
  });
}

async function renamed(title, value, act) {
  const text = await askFor(title, value);
  if (text !== null && text !== value) act(text);
}

function columnMenu(anchor, { index: at, letter }) {
  const title = valueAt(0, at)?.text || "";
  const hidden = view.data.shown.columns.filter((column) => column.hidden);
  const [back, on] = view.data.shown.rightToLeft ? ["right", "left"] : ["left", "right"];
  openMenu(anchor, `Column ${letter}`, [
    ["Rename the header", () => renamed(`Header of column ${letter}`, title, (text) =>
      edit("rename_column", { column: at, text }))],
    [`Move ${back}`, () => at > 0 && edit("move_column", { column: at, before: at - 1 })],
    [`Move ${on}`, () => edit("move_column", { column: at, before: at + 2 })],
    [`Insert a column ${back}`, () => edit("insert_column", { column: at })],
    ["Delete the column", () => edit("delete_column", { column: at })],
    ["Hide the column", () => edit("hide_column", { column: at })],
    ["Sort the sheet A to Z", () => edit("sort", { column: at, descending: false })],
    ["Sort the sheet Z to A", () => edit("sort", { column: at, descending: true })],
    ...hidden.map((column) => [`Show column ${column.letter}`, () => edit("show_column", { column: column.index })]),
  ]);
}

function rowMenu(anchor, { index: row }) {
  const { rowCount, rows } = view.data.shown;
  openMenu(anchor, `Row ${row + 1}`, [
    ["Delete the row", () => edit("delete_rows", { row })],
    ["Insert a row above", () => edit("insert_rows", { row })],
    ["Hide the row", () => edit("hide_rows", { row })],
    ...(rows.some((other) => other.hidden)
      ? [["Show hidden rows", () => edit("show_rows", { row: 0, count: rowCount })]] : []),
  ]);
}

// A right click, or the keyboard's key for it, opens the menu of what it is on; on a cell that of its row.
function onContextMenu(event) {
  const { shown, tabs } = view.data || {};
  if (!shown || event.target.closest("input, a")) return;
  const [column, line, tab] = ["thead th[data-column]", "tr[data-row]", ".tab"].map((of) => event.target.closest(of));
  if (column) {
    columnMenu(column.querySelector("button"), shown.columns[Number(column.dataset.column)]);
  } else if (line) {
    const td = event.target.closest("td");
    if (td) select(td);
    rowMenu(td || line.querySelector("button"), { index: Number(line.dataset.row) });
  } else if (tab) {
    const title = tab.querySelector('[role="tab"]').textContent;
    tabMenu(tab.lastElementChild, tabs.find((one) => one.title === title));
  } else {
    return;
  }
  event.preventDefault();
}

function tabMenu(anchor, tab) {
  const at = { tab: tab.sheetId };
  openMenu(anchor, `Tab ${tab.title}`, [
    ["Rename", () => renamed("Name of the tab", tab.title, (title) => edit("rename_tab", { ...at, title }))],
    ["Duplicate", () => edit("duplicate_tab", at)],
    ["Delete", () => edit("delete_tab", at)],
  ]);
}

// ---- the panel ----

async function readPanel() {
  const [whapi, faults, deliveries] = await Promise.all(
    ["/sandbox/whapi", "/sandbox/faults", "/sandbox/deliveries?limit=30"].map((path) => ask(path)),
  );
  drawOnce("channel", whapi, drawChannel);
  drawOnce("faults", faults, drawFaults);
  drawOnce("deliveries", deliveries, drawDeliveries);
}

const drawn = {};
function drawOnce(name, text, draw) {
  if (drawn[name] === text) return;
  drawn[name] = text;
  draw(JSON.parse(text));
}

function drawChannel(whapi) {
  if (document.activeElement !== $("state")) $("state").value = whapi.state;
  const works = whapi.state === "AUTH";
  const asked = Object.values(whapi.calls["GET /business/orders"] || {}).reduce((sum, times) => sum + times, 0);
  $("channel").textContent = [
    works ? "A phone is linked; items can be fetched." : "Whapi refuses to hand out items.",
    `${whapi.orders} orders sent, items asked for ${asked} times.`,
  ].join(" ");
  const addresses = whapi.webhooks.map((webhook) => webhook.url);
  $("receivers").textContent = addresses.length ? `Registered: ${addresses.join(", ")}` : "No webhook is registered.";
}

function drawFaults({ faults }) {
  const lines = faults.map((fault) => {
    const times = fault.times === null ? "until cleared" : `${fault.times} more`;
    const where = fault.path_contains ? ` at ${fault.path_contains}` : "";
    const seconds = fault.seconds ? `, ${fault.seconds} s` : "";
    const status = fault.kind === "status" ? ` ${fault.status}` : "";
    const text = `${fault.service}: ${fault.kind.replaceAll("_", " ")}${status}${seconds}${where}`;
    return element("li", {}, element("span", { className: "grow", textContent: text, title: text }), word(times, "wait"));
  });
  $("faults").replaceChildren(...lines);
  $("clear-faults").hidden = !faults.length;
}

function word(text, kind) {
  return element("span", { className: `word ${kind}`, textContent: text });
}

function drawDeliveries({ deliveries }) {
  const kinds = { delivered: "good", dropped: "bad", waiting: "wait" };
  const lines = deliveries.map((delivery) => {
    const ids = delivery.order_ids;
    const what = ids.length === 1 ? ids[0] : ids.length ? `${ids.length} orders` : delivery.event;
    const tries = delivery.tries > 1 ? ` after ${delivery.tries} tries` : "";
    const code = delivery.status === null ? (delivery.tries ? "no answer" : delivery.state) : String(delivery.status);
    const receiver = element("small", { textContent: `${delivery.url}${tries}`, title: delivery.answer });
    const about = element("span", { className: "grow" }, what, receiver);
    return element("li", {}, about, word(code, kinds[delivery.state]));
  });
  $("deliveries").replaceChildren(...(lines.length ? lines : [element("li", { textContent: "None yet." })]));
}

async function send(sample, count) {
  const answer = await post("/sandbox/orders", { sample, count });
  if (!answer) return;
  const ids = answer.order_ids;
  $("sent").textContent = ids.length === 1 ? `Sent order ${ids[0]}.` : `Sent ${ids.length} orders.`;
}

// ---- live ----

let turn = Promise.resolve();
function refresh() {
  turn = turn.then(async () => {
    try {
      await Promise.all([readSheet(), readPanel()]);
      if ($("trouble").dataset.gone) trouble("");
      delete $("trouble").dataset.gone;
    } catch (problem) {
      $("trouble").dataset.gone = "yes";
      view.state = "";
      trouble(problem instanceof TypeError ? "The sandbox doesn't answer." : problem.message);
    }
  });
  return turn;
}

function start() {
  $("sheet").addEventListener("mousedown", (event) => {
    const td = event.target.closest("td");
    if (td && !event.target.closest("input, a") && event.button === 0) { select(td); event.preventDefault(); }
  });
  document.addEventListener("contextmenu", onContextMenu);
  $("sheet").addEventListener("dblclick", (event) => {
    const td = event.target.closest("td");
    if (td && !view.editor) startEditing(td);
  });
  $("sheet").addEventListener("focusin", (event) => {
    const td = event.target.closest("td");
    if (td && event.target === td) select(td, { focus: false });
  });
  $("sheet").addEventListener("keydown", onSheetKey);
  $("menu").addEventListener("keydown", onMenuKey);
  $("ask-cancel").addEventListener("click", () => $("ask").close());
  document.addEventListener("mousedown", (event) => {
    if (!$("menu").hidden && !$("menu").contains(event.target)) closeMenu();
  });
  $("tabs").addEventListener("keydown", (event) => {
    const tabs = [...$("tabs").querySelectorAll('[role="tab"]')];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !tabs.includes(event.target)) return;
    tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length].click();
  });
  $("add-tab").addEventListener("click", async () => {
    const title = await askFor("Name of the new tab", "Notes");
    if (title) post(`${book}/edit`, { action: "add_tab", title });
  });
  $("filter").addEventListener("click", () => edit(view.data.shown.filter ? "clear_filter" : "set_filter"));
  $("panel-toggle").addEventListener("click", () => {
    const wide = document.body.classList.toggle("wide");
    $("panel-toggle").setAttribute("aria-expanded", String(!wide));
  });
  for (const button of document.querySelectorAll("[data-sample]")) {
    button.addEventListener("click", () => send(button.dataset.sample, Number(button.dataset.count || 1)));
  }
  $("send-other").addEventListener("submit", (event) => {
    event.preventDefault();
    send(new FormData(event.target).get("sample"), 1);
  });
  $("state").addEventListener("change", () => post("/sandbox/whapi", { state: $("state").value }));
  for (const button of document.querySelectorAll("[data-fault]")) {
    button.addEventListener("click", () => post("/sandbox/faults", JSON.parse(button.dataset.fault)));
  }
  $("clear-faults").addEventListener("click", async () => { await ask("/sandbox/faults", { method: "DELETE" }); refresh(); });
  goTo(location.hash);
  addEventListener("hashchange", () => { goTo(location.hash); view.state = ""; refresh(); });
  refresh();
  setInterval(() => document.hidden || refresh(), 1000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

start();
