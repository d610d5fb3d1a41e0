// Compiles schemas/<kind>-v<N>.json to standalone validators, so that no schema is compiled at run time.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'

const here = new URL('.', import.meta.url)
const target = new URL('../src/schema/generated/', here)
const schemas = readdirSync(here)
  .filter((name) => /^[a-z]+-v\d+\.json$/.test(name))
  .map((name) => ({ kind: name.replace(/-v\d+\.json$/, ''), schema: readSchema(name) }))

// What people write by hand is told all that is wrong with it. For the notes that programs write the first error is
// enough, and for all that is large: a hostile text can hold millions.
const HAND_WRITTEN = ['card', 'config']

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
// One file for each kind: what reads many runs checks nothing else.
for (const { kind, schema } of schemas) {
  compile(kind, schema, kind, { allErrors: false })
  if (HAND_WRITTEN.includes(kind)) compile(`all-of-${kind}`, schema, kind, { allErrors: true })
}

function compile(name, schema, exported, options) {
  const ajv = new Ajv2020({
    schemas: [schema],
    strict: true,
    allowUnionTypes: true,
    code: { source: true, esm: true, lines: true },
    ...options,
  })
  writeFileSync(
    new URL(`${name}.js`, target),
    importHelpers(standaloneCode.default(ajv, { [exported]: schema.$id })),
  )
  writeFileSync(
    new URL(`${name}.d.ts`, target),
    `import type { ValidateFunction } from 'ajv'\n\nexport declare const ${exported}: ValidateFunction\n`,
  )
}

function readSchema(name) {
  return JSON.parse(readFileSync(new URL(name, here), 'utf8'))
}

// ajv asks for its helpers with require(), even in a module. They are its only code that goes along. Node and bundlers give
// all that a CommonJS module exports as the default, and vite-node its member of that name.
function importHelpers(source) {
  const imports = new Map()
  const body = source.replaceAll(
    /\brequire\("(ajv\/dist\/runtime\/(\w+))"\)\.default\b/g,
    (_, module, name) => {
      imports.set(name, `import ${name} from '${module}.js'\n`)
      return `(${name}.default ?? ${name})`
    },
  )
  if (body.includes('require('))
    throw new Error("a validator asks for something that is not one of ajv's helpers")
  return [...imports.values(), body].join('')
}
