// Modules that reach processes, files, the network or code.
const REACHING = new RegExp(
  '^(?:asyncio|bdb|builtins|cloudpickle|code|codeop|commands|ctypes|dill|ftplib|http|importlib|io|marshal|multiprocessing|' +
    'nt|operator|os|pathlib|pdb|pickle|pip|platform|posix|pty|requests|runpy|shutil|site|smtplib|socket|subprocess|sys|' +
    'tempfile|timeit|types|urllib|webbrowser|zipimport)[.]',
)

// What plain values, arrays and the containers around them need, by module.
const PLAIN: Readonly<Record<string, RegExp>> = {
  _codecs: /^encode$/,
  builtins:
    /^(?:bool|bytearray|bytes|complex|dict|float|frozenset|int|list|object|range|set|slice|str|tuple)$/,
  collections: /^(?:Counter|OrderedDict|defaultdict|deque)$/,
  copyreg: /^_reconstructor$/,
  datetime: /^\w+$/,
  decimal: /^Decimal$/,
  joblib: /^numpy_pickle\.NumpyArrayWrapper$/,
  numpy:
    /^(?:dtype|matrix|ndarray|_?core\.multiarray\.(?:_reconstruct|scalar)|_?core\.numeric\._frombuffer)$/,
}

/**
 * Orders names that a pickle imports by what they say of it, for lists that are cut off: first those of modules that
 * reach out of the process, then others, at last what arrays and plain values need.
 *
 * @param imports - as `module.name`.
 */
export function foremostImports(imports: readonly string[]): string[] {
  return [...imports].sort((a, b) => rank(a) - rank(b))
}

/** Tells whether a pickle imports something that reaches out of the process that loads it. */
export function reachesOut(imports: readonly string[]): boolean {
  return imports.some((name) => rank(name) === 0)
}

function rank(name: string): number {
  const [root = ''] = name.split('.', 1)
  if (Object.hasOwn(PLAIN, root) && PLAIN[root]!.test(name.slice(root.length + 1))) return 2
  return REACHING.test(name) ? 0 : 1
}
