// The card of one deal. Only what the person changed is sent: an untouched field is not an edit.
import { call, h, money, toast, userName } from "/page/app.js";

const VAT = [["", "без НДС"], ["0", "0 %"], ["5", "5 %"], ["7", "7 %"], ["10", "10 %"], ["20", "20 %"], ["22", "22 %"]];
const EMPTY_ROW = { productName: "", quantity: 1, measureCode: 796, price: 0, discountSum: 0, discountTypeId: 1, taxRate: null, taxIncluded: "Y" };
const number = (text) => { const value = Number(String(text).replace(/\s/g, "").replace(",", ".")); return Number.isFinite(value) ? value : 0; };

export function openCard(dialog, board, deal, userId, category) {
  const card = { dialog, board, deal, userId, fields: {}, rows: (deal ? deal.rows : []).map((row) => ({ ...row })), rowsChanged: false };
  if (!deal && category) card.fields.categoryId = category;
  dialog.replaceChildren(view(card));
  dialog.showModal();
  dialog.querySelector("input").focus();
}

const value = (card, name) => (name in card.fields ? card.fields[name] : card.deal ? card.deal[name] : undefined);

function change(card, name, next) {
  card.fields[name] = next;
  card.dialog.querySelector(".save").disabled = false;
}

function view(card) {
  const deal = card.deal;
  const rows = h("div", { class: "table" });
  drawRows(card, rows);
  return h("form", { class: "card", onsubmit: (event) => event.preventDefault() },
    h("header", {},
      h("input", { class: "title", "aria-label": "Название", value: value(card, "title") || "", placeholder: "Новая сделка",
        oninput: (event) => change(card, "title", event.target.value) }),
      h("button", { type: "button", class: "close", "aria-label": "Закрыть", onclick: () => card.dialog.close() }, "×")),
    stages(card),
    h("div", { class: "columns" }, main(card), own(card)),
    h("section", { class: "rows" }, h("h4", {}, "Товары"), rows),
    deal && deal.timeline.length ? timeline(deal) : null,
    h("footer", {},
      h("button", { type: "button", class: "primary save", disabled: Boolean(deal), onclick: () => save(card) }, deal ? "Сохранить" : "Создать сделку"),
      h("span", { class: "hint" }, "Правка от имени: " + userName(card.userId)),
      deal ? h("span", { class: "hint" }, "Последним изменил(а): " + userName(deal.updatedBy) + ", " + deal.updatedTime.slice(0, 16).replace("T", " ")) : null,
      deal ? h("button", { type: "button", class: "danger", onclick: () => remove(card) }, "Удалить") : null),
  );
}

function stages(card) {
  const current = value(card, "stageId") || card.board.stages[0].id;
  return h("div", { class: "stages", role: "radiogroup", "aria-label": "Стадия" }, card.board.stages.map((stage, place) =>
    h("button", { type: "button", role: "radio", "aria-checked": String(stage.id === current), color: stage.color,
      class: place <= card.board.stages.findIndex((one) => one.id === current) ? "passed" : "",
      onclick: (event) => { change(card, "stageId", stage.id); event.currentTarget.parentElement.replaceWith(stages(card)); } }, stage.name)));
}

function main(card) {
  return h("div", {},
    card.deal ? h("p", { class: "pair" }, h("span", {}, "Клиент"), h("b", {}, card.deal.client || "не указан")) : null,
    choice(card, "assignedById", "Ответственный", card.board.users.map((user) => [user.id, user.fullName]), card.deal ? undefined : card.userId),
    h("label", {}, "Сумма", h("input", { inputmode: "decimal", name: "opportunity", value: value(card, "opportunity") ?? "",
      disabled: card.rows.length > 0 && value(card, "isManualOpportunity") !== "Y", title: "считается по товарам, если они есть",
      oninput: (event) => change(card, "opportunity", number(event.target.value)) })),
    h("label", {}, "Комментарий", h("textarea", { name: "comments", rows: "4", oninput: (event) => change(card, "comments", event.target.value) },
      value(card, "comments") || "")));
}

function own(card) {
  if (!card.board.fields.length) return h("div", { class: "empty" }, "Своих полей у сделок ещё нет: их создаёт «uzel portal setup».");
  return h("div", {}, card.board.fields.map((field) => ownField(card, field)));
}

function ownField(card, field) {
  const current = value(card, field.name);
  if (field.type === "enumeration" && !field.multiple) {
    return choice(card, field.name, field.title, [["", "не выбрано"], ...field.items.map((item) => [item.id, item.value])]);
  }
  if (field.type === "boolean") {
    return h("label", { class: "check" }, h("input", { type: "checkbox", name: field.name, checked: current === true,
      onchange: (event) => change(card, field.name, event.target.checked) }), field.title);
  }
  return h("label", {}, field.title, h("input", { name: field.name, value: current ?? "",
    oninput: (event) => change(card, field.name, field.type === "double" ? event.target.value.replace(",", ".") : event.target.value) }));
}

function choice(card, name, title, options, chosen) {
  const current = value(card, name) ?? chosen ?? "";
  return h("label", {}, title, h("select", { name, onchange: (event) => change(card, name, event.target.value === "" ? "" : Number(event.target.value)) },
    options.map(([option, text]) => h("option", { value: option, selected: option === current }, text))));
}

const rowSum = (row) => Math.round(row.price * row.quantity * 100) / 100;

function drawRows(card, box) {
  const heads = ["Наименование", "Кол-во", "Ед.", "Цена", "Скидка с ед.", "НДС", "в цене", "Сумма", ""];
  box.replaceChildren(
    h("table", {}, h("thead", {}, h("tr", {}, heads.map((name) => h("th", {}, name)))),
      h("tbody", {}, card.rows.map((row, place) => rowView(card, box, row, place)))),
    h("p", { class: "rows-total" },
      h("button", { type: "button", onclick: () => { card.rows.push({ ...EMPTY_ROW }); touchRows(card); drawRows(card, box); } }, "+ Добавить товар"),
      h("b", {}, "")));
  showTotal(card, box);
}

function showTotal(card, box) {
  box.querySelector(".rows-total b").textContent = "Итого: " + money(card.rows.reduce((sum, row) => sum + rowSum(row), 0));
}

function touchRows(card) {
  card.rowsChanged = true;
  card.dialog.querySelector(".save").disabled = false;
}

// A row is changed in place: drawing the table anew would take the focus from the person's hands.
function rowView(card, box, row, place) {
  const sum = h("td", { class: "num" }, money(rowSum(row)));
  const touched = () => { touchRows(card); sum.textContent = money(rowSum(row)); showTotal(card, box); };
  const set = (name, convert) => (event) => {
    row[name] = convert(event.target.value);
    if (name === "discountSum") Object.assign(row, { discountTypeId: 1, discountRate: null });
    touched();
  };
  const input = (name, label, extra, convert = number) => h("td", { class: extra },
    h("input", { "aria-label": label, value: row[name] ?? "", oninput: set(name, convert) }));
  const select = (name, label, options, convert) => h("td", {}, h("select", { "aria-label": label, onchange: set(name, convert) },
    options.map(([option, text]) => h("option", { value: option, selected: String(option) === String(row[name] ?? "") }, text))));
  return h("tr", {},
    nameCell(row, set), input("quantity", "Количество", "num"),
    select("measureCode", "Единица", card.board.measures.map((one) => [one.code, one.name]), Number),
    input("price", "Цена", "num"), input("discountSum", "Скидка с единицы", "num"),
    select("taxRate", "НДС", VAT, (text) => (text === "" ? null : Number(text))),
    h("td", { class: "center" }, h("input", { type: "checkbox", "aria-label": "НДС в цене", checked: row.taxIncluded === "Y",
      onchange: (event) => { row.taxIncluded = event.target.checked ? "Y" : "N"; touched(); } })),
    sum,
    h("td", {}, h("button", { type: "button", class: "close", "aria-label": "Убрать строку " + (place + 1),
      onclick: () => { card.rows.splice(place, 1); touchRows(card); drawRows(card, box); } }, "×")));
}

// A row tied to a product says so: the person sees which rows 1C and the portal know as the same goods.
function nameCell(row, set) {
  return h("td", { class: "name" },
    h("input", { "aria-label": "Наименование", value: row.productName ?? "", oninput: set("productName", String) }),
    row.productId ? h("small", { class: "tied", title: "Строка связана с товаром каталога" }, "товар " + row.productId) : null);
}

function timeline(deal) {
  return h("section", { class: "timeline" }, h("h4", {}, "История"), deal.timeline.map((one) =>
    h("p", {}, h("b", {}, userName(one.authorId) + " "), h("small", {}, one.created.slice(0, 16).replace("T", " ")), h("br"), one.comment)));
}

async function save(card) {
  const body = { userId: card.userId, fields: card.fields };
  if (card.rowsChanged) body.rows = card.rows;
  try {
    await call("POST", "deals/" + (card.deal ? card.deal.id : ""), body);
    card.dialog.close();
    card.dialog.dispatchEvent(new Event("saved"));
    toast(card.deal ? "Сохранено" : "Сделка создана");
  } catch (error) {
    toast(error.message, true);
  }
}

async function remove(card) {
  if (!confirm("Удалить сделку «" + card.deal.title + "»?")) return;
  try {
    await call("DELETE", "deals/" + card.deal.id);
    card.dialog.close();
    card.dialog.dispatchEvent(new Event("saved"));
  } catch (error) {
    toast(error.message, true);
  }
}
