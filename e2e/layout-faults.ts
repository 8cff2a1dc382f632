/** What can be seen to be wrong with a page's layout, from the boxes of what is on it. Runs in the page. */
export function layoutFaults(): string[] {
  const faults: string[] = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth)
    faults.push(`the page scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`)

  interface Seen {
    readonly element: Element
    readonly name: string
    readonly box: DOMRect
  }
  const nameOf = (element: Element): string => {
    const words = element.getAttribute('aria-label') ?? element.textContent ?? ''
    return `${element.tagName.toLowerCase()} “${words.trim().replaceAll(/\s+/g, ' ').slice(0, 40)}”`
  }
  const isHidden = (element: Element): boolean =>
    !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ||
    element.closest('.visually-hidden') !== null
  /** The part of an element that its ancestors and the window let one see; and whether what is missing can be scrolled to. */
  const seen = (element: Element): { readonly box: DOMRect; readonly scrolls: boolean } => {
    const own = element.getBoundingClientRect()
    let [left, top, right, bottom] = [own.left, own.top, own.right, own.bottom]
    let scrolls = false
    for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (style.overflow === 'visible' && !style.contain.includes('paint') && style.contain !== 'strict') continue
      if (/auto|scroll/.test(`${style.overflowX} ${style.overflowY}`)) scrolls = true
      const box = at.getBoundingClientRect()
      left = Math.max(left, box.left)
      top = Math.max(top, box.top)
      right = Math.min(right, box.right)
      bottom = Math.min(bottom, box.bottom)
    }
    right = Math.min(right, innerWidth)
    bottom = Math.min(bottom, innerHeight)
    return { box: new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top)), scrolls }
  }

  const things: Seen[] = []
  const wanted =
    'button, select, input:not([type=file]), textarea, summary, a, h1, h2, h3, dt, dd, label, .panel-count, .basis, .hint, output, .progress-line > *'
  for (const element of document.querySelectorAll(wanted)) {
    if (isHidden(element) || element.closest('[popover], dialog, svg') !== null) continue
    const whole = element.getBoundingClientRect()
    if (whole.width < 2 || whole.height < 2) continue
    const { box, scrolls } = seen(element)
    const missing = box.width < whole.width - 1.5 || box.height < whole.height - 1.5
    // What a line of progress has no room for is left out whole.
    const isLeftOut = box.height === 0 && element.closest('.progress-line') !== null
    if (missing && !scrolls && !isLeftOut)
      faults.push(
        `${nameOf(element)} is cut off: ${box.width.toFixed(0)} × ${box.height.toFixed(0)} of ${whole.width.toFixed(0)} × ${whole.height.toFixed(0)}`,
      )
    // Text that does not fit: only names and readouts may end in an ellipsis, and those say the rest in a title.
    const style = getComputedStyle(element)
    const cut =
      element.scrollWidth > element.clientWidth + 1 &&
      style.overflowX !== 'visible' &&
      element.tagName !== 'INPUT' &&
      element.tagName !== 'TEXTAREA'
    if (cut && style.textOverflow !== 'ellipsis')
      faults.push(`${nameOf(element)} is wider than its place: ${element.scrollWidth} > ${element.clientWidth}`)
    if (box.width > 1 && box.height > 1) things.push({ element, name: nameOf(element), box })
  }
  for (const [index, a] of things.entries()) {
    for (const b of things.slice(index + 1)) {
      if (a.element.contains(b.element) || b.element.contains(a.element)) continue
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
      // The text lies over its coloured copy, and a chosen option lies over its input.
      if (
        across > 2 &&
        down > 2 &&
        a.element.closest('.choice') === null &&
        a.element.closest('.editor') === null &&
        !isSticky(a.element) &&
        !isSticky(b.element)
      )
        faults.push(`${a.name} and ${b.name} overlap by ${across.toFixed(0)} × ${down.toFixed(0)}`)
    }
  }

  /** Heads of a table that scrolls lie over its rows. */
  function isSticky(element: Element): boolean {
    return element.closest('.tensors') !== null
  }

  // The curve is what the page is for: whatever else is open, it keeps a height, and what hangs below it is lower.
  const curve = document.querySelector('.gradient-chart')?.getBoundingClientRect()
  const map = document.querySelector('.depth-map .chart-place')?.getBoundingClientRect()
  if (curve !== undefined && curve.height < 96) faults.push(`the curve is ${curve.height.toFixed(0)} pixels high`)
  if (curve !== undefined && map !== undefined && map.height > curve.height)
    faults.push(`the depth map (${map.height.toFixed(0)}) is higher than the curve (${curve.height.toFixed(0)})`)
  const sphere = document.querySelector('.sphere .chart-place')?.getBoundingClientRect()
  if (sphere !== undefined && sphere.height < 64) faults.push(`the sphere has ${sphere.height.toFixed(0)} pixels`)
  const labels = [...document.querySelectorAll('.gradient-chart text')].map((text) => ({
    name: nameOf(text),
    box: text.getBoundingClientRect(),
  }))
  for (const [index, a] of labels.entries()) {
    for (const b of labels.slice(index + 1)) {
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
      if (across > 2 && down > 4)
        faults.push(`in the curve ${a.name} and ${b.name} overlap by ${across.toFixed(0)} × ${down.toFixed(0)}`)
    }
  }

  const regions = [...document.querySelectorAll('.top, main > *, .side > *, .run')].filter(
    (region) => !isHidden(region),
  )
  for (const [index, a] of regions.entries()) {
    const first = a.getBoundingClientRect()
    if (first.right > innerWidth + 1 || first.bottom > innerHeight + 1)
      faults.push(`the region ${a.className} leaves the window`)
    for (const b of regions.slice(index + 1)) {
      if (a.contains(b) || b.contains(a)) continue
      const second = b.getBoundingClientRect()
      const across = Math.min(first.right, second.right) - Math.max(first.left, second.left)
      const down = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top)
      if (across > 1 && down > 1) faults.push(`the regions ${a.className} and ${b.className} overlap`)
    }
  }
  return faults
}
