import { extentOf, type Curve, type CurveLine, type Extent } from '../../../domain/curves.ts'
import { formatNumber } from '../number.ts'
import { htmlText } from './html-page.ts'

const WIDTH = 440
const HEIGHT = 200
const LEFT = 56
const RIGHT = 10
const TOP = 8
const BOTTOM = 22

/** Draws a curve as an inline SVG figure, every point where it was measured. What is not finite is a gap. */
export function svgChart(curve: Curve): string {
  const extent = extentOf(curve)
  if (extent === undefined) return ''
  const { step, value } = extent
  const marks = [value.min, value.min / 2 + value.max / 2, value.max].map((mark) => {
    const y = place(mark, value, HEIGHT - BOTTOM, TOP)
    return `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text x="${LEFT - 6}" y="${y}" dy="4" text-anchor="end">${formatNumber(mark, 3)}</text>`
  })
  const steps = [step.min, step.max].map((mark, index) => {
    const anchor = index === 0 ? 'start' : 'end'
    return `<text x="${index === 0 ? LEFT : WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="${anchor}">step ${formatNumber(mark)}</text>`
  })
  const lines = [drawLine(curve.base, 'base', step, value), drawLine(curve.head, 'head', step, value)]
  const label = htmlText(`${curve.name}: base and head over steps`)
  return [
    `<figure><figcaption><b>${htmlText(curve.name)}</b>`,
    curve.base === undefined ? '' : ' <span class="key-base">┄ base</span>',
    curve.head === undefined ? '' : ' <span class="key-head">— head</span>',
    `</figcaption><svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">`,
    ...marks,
    ...steps,
    ...lines,
    '</svg></figure>',
  ].join('')
}

function drawLine(line: CurveLine | undefined, name: string, step: Extent, value: Extent): string {
  const pieces: string[][] = [[]]
  for (const [index, y] of (line?.value ?? []).entries()) {
    if (!Number.isFinite(y)) pieces.push([])
    else
      pieces
        .at(-1)!
        .push(
          `${place(line!.step[index]!, step, LEFT, WIDTH - RIGHT)},${place(y, value, HEIGHT - BOTTOM, TOP)}`,
        )
  }
  return pieces
    .filter((points) => points.length > 0)
    .map((points) => `<polyline class="${name}" points="${points.join(' ')}"/>`)
    .join('')
}

// Halves first: the difference of two huge numbers would be infinite.
function place(value: number, { min, max }: Extent, from: number, to: number): number {
  const share = min === max ? 0.5 : (value / 2 - min / 2) / (max / 2 - min / 2)
  return Number((from + (to - from) * share).toFixed(1))
}
