// Compiles schemas/<kind>-v<N>.json to standalone validators, so that no schema is compiled at run time.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'

const here = new URL('.', import.meta.url)
const target = new URL('../src/schema/generated/', here)
const schemas = readdirSync(here)
  .filter((name) => /^[a-z]+-v\d+\.json$/.test(name))
  .map((name) => ({ kind: name.replace(/-v\d+\.json$/, ''), schema: readSchema(name) }))

const ajv = new Ajv2020({
  schemas: schemas.map(({ schema }) => schema),
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  code: { source: true, esm: true, lines: true },
})

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
// One file for each kind: what reads many runs checks nothing else.
for (const { kind, schema } of schemas) {
  writeFileSync(
    new URL(`${kind}.js`, target),
    importHelpers(standaloneCode.default(ajv, { [kind]: schema.$id })),
  )
  writeFileSync(
    new URL(`${kind}.d.ts`, target),
    `import type { ValidateFunction } from 'ajv'\n\nexport declare const ${kind}: ValidateFunction\n`,
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
