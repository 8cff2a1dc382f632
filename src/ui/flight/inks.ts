/** The page's colours and type as literal ones, for what is painted over it while a hand is in flight. */
export interface Inks {
  /** A colour of tokens.css, or any CSS colour, as it is under the theme in use. */
  readonly colour: (css: string) => string
  readonly sans: string
  readonly mono: string
}

/** Reads them at the place of an element, whose custom properties hold; once a flight, since to ask styles the page is laid out. */
export function inksAt(element: HTMLElement): Inks {
  const probe = document.createElement('span')
  probe.hidden = true
  element.append(probe)
  const known = new Map<string, string>()
  const style = getComputedStyle(probe)
  const sans = style.fontFamily
  probe.style.fontFamily = 'var(--mono)'
  const mono = style.fontFamily
  probe.remove()
  return {
    sans,
    mono,
    colour: (css) => {
      let colour = known.get(css)
      if (colour === undefined) {
        probe.style.color = css
        element.append(probe)
        colour = getComputedStyle(probe).color
        probe.remove()
        known.set(css, colour)
      }
      return colour
    },
  }
}
