// The board: deals by stage. Everything from the portal goes into the page as text, never as HTML.
import { openCard } from "/page/card.js";

const POLL_MS = 2000;
const state = { category: 0, search: "", board: null, dragged: null };
const byId = (id) => document.getElementById(id);

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "color") element.style.setProperty("--color", value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

export async function call(verb, path, body) {
  const options = { method: verb };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch("/_emulator/" + path, options);
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error_description || "Ошибка " + answer.status);
  return data;
}

export const money = (value, currency) =>
  new Intl.NumberFormat("ru-RU", { minimumFractionDigits: value % 1 ? 2 : 0, maximumFractionDigits: 2 }).format(value) +
  " " + (currency === "RUB" || !currency ? "₽" : currency);

export const userName = (id) => {
  const user = state.board.users.find((one) => one.id === id);
  return user ? user.fullName : "сотрудник " + id;
};

const initials = (id) => userName(id).split(" ").slice(0, 2).map((word) => word[0]).join("");

export function toast(text, isError) {
  const box = byId("toast");
  box.textContent = text;
  box.className = isError ? "error" : "";
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (box.hidden = true), 4000);
}

const CHIP_STYLES = {
  UF_CRM_UZEL_NODE: "node", UF_CRM_UZEL_PROMO: "promo", UF_CRM_UZEL_PAID: "good", UF_CRM_UZEL_SHIPPED: "good",
};

function chips(card) {
  return Object.entries(card.chips).map(([name, value]) => {
    const field = state.board.fields.find((one) => one.name === name);
    return h("span", { class: "chip " + (CHIP_STYLES[name] || (name.startsWith("parentId") ? "node" : "")) , title: field.title }, value === true ? field.title : value);
  });
}

function cardView(card) {
  return h("article", {
      class: "deal", tabindex: "0", draggable: "true", "data-id": card.id,
      onclick: () => show(card.id),
      onkeydown: (event) => event.key === "Enter" && show(card.id),
      ondragstart: (event) => { state.dragged = card.id; event.dataTransfer.effectAllowed = "move"; },
      ondragend: () => { state.dragged = null; },
    },
    h("h3", {}, card.title),
    h("p", { class: "sum" }, money(card.opportunity, card.currencyId), h("small", {}, card.rows ? " · строк: " + card.rows : "")),
    card.client ? h("p", { class: "client" }, card.client) : null,
    h("div", { class: "chips" }, chips(card)),
    h("footer", {}, h("span", { class: "avatar", title: userName(card.assignedById) }, initials(card.assignedById)),
      h("span", {}, userName(card.assignedById).split(" ").slice(0, 2).join(" ")),
      h("time", { title: "изменил(а): " + userName(card.updatedBy) }, card.updatedTime.slice(11, 16))));
}

function stageView(stage) {
  return h("section", {
      class: "stage", color: stage.color, "data-stage": stage.id,
      ondragover: (event) => { event.preventDefault(); event.currentTarget.classList.add("over"); },
      ondragleave: (event) => event.currentTarget.classList.remove("over"),
      ondrop: (event) => { event.preventDefault(); event.currentTarget.classList.remove("over"); move(state.dragged, stage.id); },
    },
    h("header", {}, h("h2", {}, stage.name), h("span", { class: "count" }, String(stage.count))),
    h("p", { class: "total" }, money(stage.sum)),
    stage.cards.map(cardView),
    stage.count > stage.cards.length ? h("p", { class: "more" }, "показаны последние " + stage.cards.length) : null,
    stage.count ? null : h("p", { class: "empty" }, "нет сделок"));
}

function counters(board) {
  const counted = board.counters;
  const commands = Object.values(counted.commands).reduce((sum, count) => sum + count, 0);
  const rejected = counted.rejected["503"] + counted.rejected["429"] + counted.rejected.commands_429;
  const items = [["сделок", board.total], ["обращений", counted.requests], ["команд", commands], ["отказов", rejected],
    ["событий в пути", board.events_waiting], ["товаров в каталоге", board.products]];
  return items.map(([name, value]) => h("span", { class: name === "отказов" && value ? "bad" : "" }, name + " ", h("b", {}, String(value))));
}

function fillSelect(select, options, chosen) {
  const wanted = options.map(([value, name]) => value + name).join("|");
  if (select.dataset.options === wanted) return;
  select.dataset.options = wanted;
  select.replaceChildren(...options.map(([value, name]) => h("option", { value }, name)));
  select.value = String(chosen);
}

export async function refresh() {
  if (state.dragged !== null) return; // a new board would take the card out of the person's hand
  const query = new URLSearchParams({ category: state.category, search: state.search });
  const board = await call("GET", "board?" + query);
  const shown = JSON.stringify(board);
  if (shown === refresh.last) return;
  refresh.last = shown;
  state.board = board;
  const people = board.users.filter((user) => user.id !== 1);
  fillSelect(byId("category"), board.categories.map((one) => [one.id, one.name]), state.category);
  fillSelect(byId("user"), people.map((user) => [user.id, user.fullName]), localStorage.getItem("portal-user") || people[0].id);
  const left = byId("board").scrollLeft;
  byId("board").replaceChildren(...board.stages.map(stageView));
  byId("board").scrollLeft = left;
  byId("counters").replaceChildren(...counters(board));
}

const actor = () => Number(byId("user").value);

async function show(id) {
  try {
    openCard(byId("card"), state.board, await call("GET", "deals/" + id), actor());
  } catch (error) {
    toast(error.message, true);
  }
}

async function move(id, stageId) {
  try {
    await call("POST", "deals/" + id, { userId: actor(), fields: { stageId } });
    await refresh();
  } catch (error) {
    toast(error.message, true);
  }
}

async function start() {
  const about = await call("GET", "about");
  byId("webhook").textContent = about.webhook;
  byId("copy").addEventListener("click", () => navigator.clipboard.writeText(about.webhook).then(() => toast("Адрес скопирован")));
  byId("category").addEventListener("change", (event) => { state.category = Number(event.target.value); refresh(); });
  byId("search").addEventListener("input", (event) => { state.search = event.target.value; refresh(); });
  byId("user").addEventListener("change", (event) => localStorage.setItem("portal-user", event.target.value));
  byId("create").addEventListener("click", () => openCard(byId("card"), state.board, null, actor(), state.category));
  byId("card").addEventListener("saved", () => refresh());
  await refresh();
  setInterval(() => document.hidden || refresh().catch(() => toast("Портал не отвечает", true)), POLL_MS);
}

start().catch((error) => toast(error.message, true));
