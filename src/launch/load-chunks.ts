import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Script } from 'node:vm'
import type { CompiledCode } from './compiled-code.ts'

type Wrapper = (
  exports: unknown,
  require: (id: string) => unknown,
  module: { exports: unknown },
  filename: string,
  folder: string,
) => void

/**
 * Loads a file of the bundle and those that it requires, as Node loads CommonJS, with what V8 made of them the last time.
 * Parsing and compiling take longer than all else that most commands do.
 *
 * @returns what the file exports.
 */
export function loadChunks(folder: string, entry: string, code: CompiledCode): unknown {
  const modules = new Map<string, { exports: unknown }>()
  return load(`./${entry}`)

  function load(id: string): unknown {
    if (!id.startsWith('./')) return builtin(id)
    const known = modules.get(id)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    modules.set(id, module)
    const filename = path.join(folder, id)
    compile(id, filename)(module.exports, load, module, filename, folder)
    return module.exports
  }

  function compile(id: string, filename: string): Wrapper {
    // The bundle is written in ASCII, which is read and kept at half the price.
    const source = readFileSync(filename, 'latin1')
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
      filename,
      cachedData: code.of(id),
    })
    code.add(id, script)
    return script.runInThisContext() as Wrapper
  }
}

// Everything is bundled: what is no file of the bundle is Node's own, or something that a package can do without.
function builtin(id: string): unknown {
  const found = process.getBuiltinModule(id) as unknown
  if (found === undefined) throw new Error(`there is no module "${id}" in the bundle`)
  return found
}
