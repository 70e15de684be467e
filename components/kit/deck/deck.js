// One deck: the cards that wait, the position in them, and the decisions that Python has not confirmed yet.
const decks = new WeakMap()

function makeElement(tag, className, text) {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

function newDeck() {
  return { epoch: null, cards: [], position: 0, decided: new Map(), log: [], sequence: 0, asking: null, draft: null, opens: false }
}

// Cards keep their order; new ones join at the end. A card that Python no longer sends stays if it was on screen.
function mergeCards(deck, data) {
  if (deck.epoch !== data.epoch) {
    Object.assign(deck, newDeck(), { epoch: data.epoch, sequence: deck.sequence })
  }
  const known = new Map(deck.cards.map((card, index) => [card.id, index]))
  for (const card of data.cards) {
    if (known.has(card.id)) deck.cards[known.get(card.id)] = card
    else deck.cards.push(card)
  }
  deck.log = deck.log.filter((entry) => entry.seq > data.seen)
}

export default function (component) {
  const { parentElement, data, setStateValue } = component
  const root = parentElement.querySelector(".deck")
  if (!root || !data) return undefined
  if (!decks.has(parentElement)) decks.set(parentElement, newDeck())
  const deck = decks.get(parentElement)
  mergeCards(deck, data)

  const current = () => deck.cards[deck.position]

  function record(action, item, value) {
    deck.sequence = Math.max(deck.sequence + 1, Date.now() * 1000)
    deck.log.push({ seq: deck.sequence, item, action: action.name, value: value || "", decides: action.decides })
    setStateValue("log", deck.log.slice())
  }

  function undo(action) {
    const last = [...deck.decided.keys()].pop()
    if (last !== undefined) {
      deck.decided.delete(last)
      const index = deck.cards.findIndex((card) => card.id === last)
      if (index >= 0) deck.position = index
    }
    record(action, last === undefined ? -1 : last, "")
  }

  function close() {
    deck.asking = null
    deck.draft = null
  }

  function finish(action, value) {
    const card = current()
    if (!card) return
    close()
    deck.decided.delete(card.id)
    deck.decided.set(card.id, value ? `${action.label}: ${value.replaceAll("\n", " + ")}` : action.label)
    record(action, card.id, value)
    if (action.advances) deck.position += 1
    draw()
  }

  function act(action) {
    if (action.name === "undo") { undo(action); draw(); return }
    const card = current()
    if (action.name === "previous") { deck.position = Math.max(0, deck.position - 1); draw(); return }
    if (!card) return
    if (action.name === "next") { deck.position = Math.min(deck.cards.length, deck.position + 1); draw(); return }
    if (action.asks) { deck.asking = action; deck.opens = true; draw(); return }
    if (!action.decides) { record(action, card.id, ""); return }
    finish(action, "")
  }

  // Several of many: typing narrows the list, a number ticks the choice beside it, Enter saves.
  function drawSeveral(action, box) {
    const start = current().editable.find(([name]) => name === action.name)
    deck.draft ??= { picked: start ? start[1].split("\n").filter(Boolean) : [], words: "" }
    const draft = deck.draft
    const field = makeElement("input", "")
    field.type = "text"
    field.value = draft.words
    field.placeholder = "type to narrow, 1 to 9 to tick, Enter to save"
    field.setAttribute("aria-label", action.label)
    const list = makeElement("div", "choices")
    const save = makeElement("button", "good", "Save (Enter)")
    const wanted = (text) => text.toLowerCase().replaceAll("_", " ")
    const listFitting = () => action.choices.filter((choice) => wanted(choice).includes(wanted(draft.words)))
    const saveAll = () => { if (draft.picked.length) finish(action, draft.picked.join("\n")) }
    function toggle(choice) {
      const position = draft.picked.indexOf(choice)
      if (position < 0) draft.picked.push(choice)
      else draft.picked.splice(position, 1)
      fill()
    }
    function fill() {
      const buttons = listFitting().map((choice, index) => {
        const button = makeElement("button", "")
        if (index < 9) button.append(makeElement("kbd", "", String(index + 1)))
        button.append(makeElement("span", "", choice))
        button.setAttribute("aria-pressed", String(draft.picked.includes(choice)))
        button.onclick = () => { toggle(choice); field.focus() }
        return button
      })
      list.replaceChildren(...buttons)
      save.disabled = !draft.picked.length
    }
    field.oninput = () => { draft.words = field.value; fill() }
    field.onkeydown = (event) => {
      event.stopPropagation()
      if (event.key === "Escape") { close(); draw() }
      if (event.key === "Enter") { event.preventDefault(); saveAll() }
      if (/^[1-9]$/.test(event.key)) {
        event.preventDefault()
        const choice = listFitting()[Number(event.key) - 1]
        if (choice) toggle(choice)
      }
    }
    save.onclick = saveAll
    const row = makeElement("div", "actions")
    row.append(save)
    fill()
    box.append(field, list, row)
    return box
  }

  function drawAsk(action) {
    const box = makeElement("div", "ask")
    if (action.asks === "several") return drawSeveral(action, box)
    if (action.asks === "choice") {
      action.choices.forEach((choice, index) => {
        const button = makeElement("button", "")
        if (index < 9) button.append(makeElement("kbd", "", String(index + 1)))
        button.append(makeElement("span", "", choice))
        button.onclick = () => finish(action, choice)
        box.append(button)
      })
      return box
    }
    const card = current()
    const field = makeElement("textarea", "")
    const start = card.editable.find(([name]) => name === action.name)
    field.value = deck.draft ?? (start ? start[1] : "")
    field.oninput = () => { deck.draft = field.value }
    field.setAttribute("aria-label", action.label)
    field.onkeydown = (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish(action, field.value)
      if (event.key === "Escape") { close(); draw() }
      event.stopPropagation()
    }
    const save = makeElement("button", "good", "Save (Ctrl + Enter)")
    save.onclick = () => finish(action, field.value)
    const row = makeElement("div", "actions")
    row.append(save)
    box.append(field, row)
    return box
  }

  function drawCard(card) {
    const box = makeElement("div", "card")
    box.dataset.item = card.id
    box.append(makeElement("div", "heading", card.heading))
    const notes = makeElement("div", "notes")
    card.notes.forEach((note) => notes.append(makeElement("span", "note", note)))
    const body = makeElement("div", "body", card.body)
    body.dir = "auto"
    box.append(notes, body)
    const state = deck.decided.get(card.id) || card.state
    if (state) box.append(makeElement("div", "state", `Decided: ${state}`))
    if (card.details.length) {
      const details = makeElement("details", "")
      details.append(makeElement("summary", "", "How it was asked"))
      const list = makeElement("dl", "")
      card.details.forEach(([name, value]) => list.append(makeElement("dt", "", name), makeElement("dd", "", value)))
      details.append(list)
      box.append(details)
    }
    return box
  }

  function draw() {
    const card = current()
    const done = Math.min(data.total, data.done + deck.log.filter((entry) => entry.decides && entry.action !== "undo").length)
    const bar = makeElement("div", "bar")
    const track = makeElement("div", "track")
    const fill = makeElement("div", "fill")
    fill.style.width = data.total ? `${(100 * done) / data.total}%` : "0"
    track.append(fill)
    bar.append(track, makeElement("span", "", `${done} of ${data.total} decided`))
    const middle = card ? drawCard(card) : makeElement("div", "card", data.empty)
    const actions = makeElement("div", "actions")
    for (const action of data.actions) {
      const button = makeElement("button", action.tone)
      button.dataset.action = action.name
      button.append(makeElement("kbd", "", action.key), makeElement("span", "", action.label))
      button.disabled = !card && !["undo", "previous"].includes(action.name)
      button.onclick = () => act(action)
      actions.append(button)
    }
    const selection = findSelection()
    root.replaceChildren(bar, middle, ...(deck.asking && card ? [drawAsk(deck.asking)] : []), actions)
    const field = findField()
    if (field && (deck.opens || selection)) field.focus()  // at once: the next key may be here already
    if (field && selection) field.setSelectionRange(...selection)
    deck.opens = false
  }

  const findField = () => root.querySelector(".ask input, .ask textarea")

  // Where the writing hand is, if it is in this deck: drawing anew must not move it.
  function findSelection() {
    const field = findField()
    return field && root.getRootNode().activeElement === field ? [field.selectionStart, field.selectionEnd] : null
  }

  function onKey(event) {
    const target = event.composedPath()[0]
    const typing = target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
    if (deck.asking) {
      if (event.key === "Escape") { close(); draw(); return }
      const choice = deck.asking.choices[Number(event.key) - 1]
      if (deck.asking.asks === "choice" && choice) { event.preventDefault(); finish(deck.asking, choice) }
      return
    }
    const name = { ArrowRight: "n", ArrowLeft: "p" }[event.key] || event.key.toLowerCase()
    const action = data.actions.find((each) => each.key === name)
    if (!action) return
    event.preventDefault()
    act(action)
  }

  // New data calls this function again without the clean-up of the last call; two listeners would decide twice.
  if (deck.listener) document.removeEventListener("keydown", deck.listener)
  deck.listener = onKey
  document.addEventListener("keydown", onKey)
  draw()
  return () => document.removeEventListener("keydown", onKey)
}
