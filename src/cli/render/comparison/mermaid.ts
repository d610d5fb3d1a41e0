import { extentOf, type Curve, type CurveLine, type Extent } from '../../../domain/curves.ts'

/** The colours of the two lines: they are told apart on light and on dark pages, and without red and green. */
export const BASE_COLOR = '#8b949e'
export const HEAD_COLOR = '#1f6feb'

/** What is beside the lines, in a grey that is seen on both: the chart would else have a white ground on a dark page. */
const FRAME = [
  'backgroundColor: "transparent"',
  ...[
    'title',
    'xAxisLabel',
    'xAxisTitle',
    'xAxisTick',
    'xAxisLine',
    'yAxisLabel',
    'yAxisTick',
    'yAxisLine',
  ].map((part) => `${part}Color: "#7d8590"`),
]

/** How many points a line has: Mermaid spreads them evenly, so both lines are read off at the same steps. */
const POINTS = 40

/**
 * Draws a curve as a Mermaid XY chart, which GitHub and GitLab render by themselves
 * (https://mermaid.js.org/syntax/xyChart.html). Undefined where no value is finite.
 *
 * The chart knows neither gaps nor exponents: a line that ended goes on with its last value, what is not finite is
 * bridged, and very large and very small numbers are scaled, which the title says.
 */
export function mermaidChart(curve: Curve): string | undefined {
  const extent = extentOf(curve)
  if (extent === undefined) return undefined
  const { factor, label } = scaleOf(extent.value)
  const lines = [
    { line: curve.base, color: BASE_COLOR },
    { line: curve.head, color: HEAD_COLOR },
  ].filter(({ line }) => line?.value.some(Number.isFinite) === true)
  const [low, high] = padded(extent.value, factor)
  return [
    '```mermaid',
    '---',
    'config:',
    '  xyChart:',
    '    height: 280',
    '  themeVariables:',
    '    xyChart:',
    `      plotColorPalette: "${lines.map(({ color }) => color).join(', ')}"`,
    ...FRAME.map((line) => `      ${line}`),
    '---',
    'xychart-beta',
    `  title "${plain(curve.name)}${label}"`,
    `  x-axis "step" ${decimal(extent.step.min)} --> ${decimal(Math.max(extent.step.max, extent.step.min + 1))}`,
    `  y-axis ${decimal(low)} --> ${decimal(high)}`,
    ...lines.map(
      ({ line }) =>
        `  line [${readOff(line!, extent.step)
          .map((y) => decimal(y * factor))
          .join(', ')}]`,
    ),
    '```',
  ].join('\n')
}

// Between two steps that were measured lies what the straight line says.
function readOff({ step, value }: CurveLine, { min, max }: Extent): number[] {
  const points = step.map((x, index) => [x, value[index]!] as const).filter(([, y]) => Number.isFinite(y))
  let next = 0
  return Array.from({ length: POINTS }, (_, point) => {
    const at = min + ((max - min) * point) / (POINTS - 1)
    while (next < points.length && points[next]![0] <= at) next += 1
    const [before, after] = [points[next - 1] ?? points[0]!, points[next] ?? points.at(-1)!]
    const share = after[0] === before[0] ? 0 : (at - before[0]) / (after[0] - before[0])
    // Not the difference of the two, which may be infinite.
    return before[1] * (1 - share) + after[1] * share
  })
}

// Numbers of 0.001 to 999,999 stand as they are.
function scaleOf({ min, max }: Extent): { factor: number; label: string } {
  const largest = Math.max(Math.abs(min), Math.abs(max))
  if (largest === 0 || (largest >= 1e-3 && largest < 1e6)) return { factor: 1, label: '' }
  const exponent = Math.floor(Math.log10(largest))
  // Beyond this a power of ten is no finite number any more.
  if (Math.abs(exponent) > 300) return { factor: Math.sign(max) / largest || 1 / largest, label: ' (scaled)' }
  return { factor: 10 ** -exponent, label: ` (in 1e${exponent})` }
}

function padded({ min, max }: Extent, factor: number): [number, number] {
  const [low, high] = [min * factor, max * factor]
  const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1
  return [low - room, high + room]
}

function decimal(value: number): string {
  return String(Number(value.toFixed(6))).replace(/^-?\d(?:\.\d+)?e.*$/, '0')
}

// What the chart's own grammar or a fence of Markdown could read as something else goes: two % begin a comment, even
// within a text, and an empty text is an error.
function plain(name: string): string {
  const shown = name.replaceAll(/[^\p{L}\p{N} ./%()@=+-]/gu, '_').replaceAll(/%(?=%)/g, '_')
  return shown.slice(0, 60).trim() || '_'
}
